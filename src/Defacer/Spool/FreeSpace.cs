namespace Defacer.Spool;

/// <summary>The watermark: below it nothing new is taken, so that what was accepted can be finished.</summary>
public sealed class FreeSpace(IDisk disk, string root, long minBytes, TimeProvider time)
{
    // Asking the system for every instance would cost a call each; 250 ms at 1 GB/s are 250 MB, far below the mark.
    private static readonly TimeSpan s_age = TimeSpan.FromMilliseconds(250);
    private readonly Lock _lock = new();
    private long _askedAt;
    private long _free = -1;

    /// <summary>The mark in bytes.</summary>
    public long MinBytes => minBytes;

    /// <summary>Whether new instances may come.</summary>
    public bool IsAboveMark => FreeBytes >= minBytes;

    /// <summary>Free bytes, at most 250 ms old; 0 when the disk cannot be asked.</summary>
    public long FreeBytes
    {
        get
        {
            lock (_lock)
            {
                if (_free < 0 || time.GetElapsedTime(_askedAt) > s_age)
                {
                    _askedAt = time.GetTimestamp();
                    _free = Ask();
                }

                return _free;
            }
        }
    }

    private long Ask()
    {
        try
        {
            return disk.FreeBytes(root);
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            // A disk that cannot be asked is one that cannot be trusted with an instance.
            return 0;
        }
    }
}
