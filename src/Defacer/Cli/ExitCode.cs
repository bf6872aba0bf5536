namespace Defacer.Cli;

/// <summary>What every verb returns.</summary>
internal static class ExitCode
{
    /// <summary>Done as asked.</summary>
    internal const int Done = 0;

    /// <summary>Failed; the message says why.</summary>
    internal const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    internal const int Usage = 2;

    /// <summary>Something was held back with a cause.</summary>
    internal const int Parked = 3;
}
