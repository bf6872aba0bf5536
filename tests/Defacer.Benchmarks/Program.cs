using Defacer.Benchmarks;

// Each benchmark is a word of the command line, so that one can be run alone:
//   dotnet run -c Release --project tests/Defacer.Benchmarks -- receive [rounds]
var rounds = args.Length > 1 && int.TryParse(args[1], System.Globalization.CultureInfo.InvariantCulture, out var n) && n > 0 ? n : 5;
switch (args.FirstOrDefault())
{
    case "receive":
        return await ReceiveBenchmark.RunAsync(rounds, CancellationToken.None);
    default:
        await Console.Error.WriteLineAsync("Benchmarks: receive [rounds]");
        return 2;
}
