namespace Defacer.Benchmarks;

/// <summary>What the command line says.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Rounds that count.</summary>
    public required int Rounds { get; init; }

    /// <summary>The node: a program, or a .dll for `dotnet exec`.</summary>
    public required string Node { get; init; }

    /// <summary>Where the work is done: the disk that is measured.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Whether peers keep their default, Nagle's algorithm, instead of TCP_NODELAY=1.</summary>
    public bool HasNagle { get; init; }
}
