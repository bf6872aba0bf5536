using Defacer.Fuzz;
using SharpFuzz;

// Driven by AFL++ (run.sh), or by hand on inputs that once failed:
//   dotnet Defacer.Fuzz.dll TARGET            reads inputs from AFL++
//   dotnet Defacer.Fuzz.dll TARGET FILE...    runs the target on each file
//   dotnet Defacer.Fuzz.dll seeds FROM TO     writes inputs to begin with, a folder a target
if (args is ["seeds", var from, var to])
{
    foreach (var (name, file, bytes) in Seeds.From(from))
    {
        Directory.CreateDirectory(Path.Combine(to, name));
        await File.WriteAllBytesAsync(Path.Combine(to, name, file), bytes);
    }

    return 0;
}

if (args.Length == 0 || !FuzzTargets.All.TryGetValue(args[0], out var target))
{
    await Console.Error.WriteLineAsync($"Targets: {string.Join(", ", FuzzTargets.All.Keys)}");
    return 2;
}

if (args.Length == 1)
{
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        target(bytes.ToArray());
    });
    return 0;
}

foreach (var path in args.Skip(1))
{
    target(await File.ReadAllBytesAsync(path));
}

return 0;
