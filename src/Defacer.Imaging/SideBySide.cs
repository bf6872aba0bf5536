using System.Runtime.ExceptionServices;

namespace Defacer.Imaging;

/// <summary>
/// Work on all cores at once. What fails comes out as itself: callers know the exceptions of the work, not those of running
/// it side by side.
/// </summary>
public static class SideBySide
{
    /// <summary>Calls the body with every index.</summary>
    public static void For(int from, int to, Action<int> body, CancellationToken cancellationToken) =>
        Unwrapped(() => Parallel.For(from, to, Options(cancellationToken), body));

    /// <summary>Does several things.</summary>
    public static void Do(CancellationToken cancellationToken, params ReadOnlySpan<Action> things)
    {
        var all = things.ToArray();
        Unwrapped(() => Parallel.Invoke(Options(cancellationToken), all));
    }

    /// <summary>A task a core, for work that also waits for the disk.</summary>
    public static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };

    private static void Unwrapped(Action work)
    {
        try
        {
            work();
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }
}
