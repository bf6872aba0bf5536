using Defacer.Benchmarks;

// Each benchmark is a word of the command line, so that one can be run alone; run.sh publishes the node and starts them.
var words = args.Where(a => !a.StartsWith("--", StringComparison.Ordinal)).ToList();
var options = new BenchmarkOptions
{
    Rounds = Number(1, 5),
    Node = Option("node") ?? Path.Combine(AppContext.BaseDirectory, "defacer.dll"),
    WorkFolder = Option("work") ?? Path.GetTempPath(),
    HasNagle = args.Contains("--nagle", StringComparer.Ordinal),
};
switch (words.FirstOrDefault())
{
    case "receive":
        return await ReceiveBenchmark.RunAsync(options, CancellationToken.None);
    case "send":
        return await SendBenchmark.RunAsync(options, CancellationToken.None);
    case "headers":
        return await HeadersBenchmark.RunAsync(options, CancellationToken.None);
    case "decode":
        return await DecodeBenchmark.RunAsync(Number(1, 5), CancellationToken.None);
    case "deidentify":
        return await DeidentifyBenchmark.RunAsync(Number(1, 3), words.ElementAtOrDefault(2), CancellationToken.None);
    case "soak":
        return await SoakBenchmark.RunAsync(options, Number(1, 200_000), CancellationToken.None);
    case "deface":
        return await DefaceBenchmark.RunAsync(Number(1, 5), words.ElementAtOrDefault(2), CancellationToken.None);
    case UnflushedReceiver.Word:
        return await UnflushedReceiver.RunAsync(int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture), words[2]);
    default:
        await Console.Error.WriteLineAsync(
            "Benchmarks: receive [rounds] [--nagle], send [rounds], headers [rounds], soak [instances], "
            + "decode [rounds], deidentify [rounds] [program folder], deface [rounds] [folder of weights]; "
            + "options: --node=PROGRAM --work=FOLDER");
        return 2;
}

int Number(int index, int otherwise) =>
    words.Count > index && int.TryParse(words[index], System.Globalization.CultureInfo.InvariantCulture, out var n) && n > 0
        ? n
        : otherwise;

string? Option(string name) =>
    args.FirstOrDefault(a => a.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];
