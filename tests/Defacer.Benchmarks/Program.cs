using Defacer.Benchmarks;

// Each benchmark is a word of the command line, so that one can be run alone:
//   dotnet run -c Release --project tests/Defacer.Benchmarks -- receive [rounds]
//   dotnet run -c Release --project tests/Defacer.Benchmarks -- decode [rounds]
//   dotnet run -c Release --project tests/Defacer.Benchmarks -- deidentify [rounds] [folder of a published program]
//   dotnet run -c Release --project tests/Defacer.Benchmarks -- deface [rounds] [folder of weights]
var rounds = args.Length > 1 && int.TryParse(args[1], System.Globalization.CultureInfo.InvariantCulture, out var n) && n > 0 ? n : (int?)null;
switch (args.FirstOrDefault())
{
    case "receive":
        return await ReceiveBenchmark.RunAsync(rounds ?? 5, CancellationToken.None);
    case "decode":
        return await DecodeBenchmark.RunAsync(rounds ?? 5, CancellationToken.None);
    case "deidentify":
        return await DeidentifyBenchmark.RunAsync(rounds ?? 3, args.ElementAtOrDefault(2), CancellationToken.None);
    case "deface":
        return await DefaceBenchmark.RunAsync(rounds ?? 5, args.Length > 2 ? args[2] : null, CancellationToken.None);
    default:
        await Console.Error.WriteLineAsync(
            "Benchmarks: receive [rounds], decode [rounds], deidentify [rounds] [program folder], deface [rounds] [folder of weights]");
        return 2;
}
