using Defacer.Spool;

namespace Defacer.Observe;

/// <summary>
/// Whether the node lives, and whether it can take work now. A destination that is down makes nobody unready.
/// </summary>
public sealed class NodeHealth(SpoolStore spool)
{
    private readonly List<(string Name, Task Loop)> _loops = [];
    private readonly Lock _lock = new();

    /// <summary>Says whether the DICOM port is bound; set by the listener.</summary>
    public Func<bool> IsListening { get; set; } = () => false;

    /// <summary>Whether a stop was asked for.</summary>
    public bool IsDraining { get; set; }

    /// <summary>A loop that must run as long as the node lives.</summary>
    public void Watch(string name, Task loop)
    {
        lock (_lock)
        {
            _loops.Add((name, loop));
        }
    }

    /// <summary>Reasons why the process should be restarted; empty when it lives.</summary>
    public IReadOnlyList<string> WhyNotAlive()
    {
        lock (_lock)
        {
            return
            [
                .. _loops.Where(l => l.Loop.IsFaulted)
                    .Select(l => $"{l.Name} stopped: {l.Loop.Exception!.InnerException!.GetType().Name}"),
            ];
        }
    }

    /// <summary>
    /// Reasons why no work can be taken now; empty when it can. Flushes a file in the spool for real.
    /// </summary>
    public IReadOnlyList<string> WhyNotReady()
    {
        var reasons = new List<string>(WhyNotAlive());
        if (IsDraining)
        {
            reasons.Add("the node is stopping");
        }

        if (!IsListening())
        {
            reasons.Add("the DICOM port is not bound");
        }

        if (!spool.Space.IsAboveMark)
        {
            reasons.Add($"free space {spool.Space.FreeBytes} bytes is below the mark of {spool.Space.MinBytes}");
        }

        if (spool.IsCongested)
        {
            reasons.Add($"{spool.Waiting} received instances wait for the ledger, which does not take them");
        }

        if (!CanFlush())
        {
            reasons.Add("the spool cannot be written and flushed");
        }

        return reasons;
    }

    private bool CanFlush()
    {
        var path = Path.Combine(spool.Folders.Root, $"probe-{Guid.NewGuid():N}.part");
        try
        {
            using (var file = spool.Disk.Create(path, room: 4096))
            {
                file.Write(0, "probe"u8);
                file.Flush(length: 5);
            }

            spool.Disk.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
