using System.IO.Hashing;

namespace Defacer.Spool;

/// <summary>What became of an instance that was received completely.</summary>
public enum StoreOutcome
{
    /// <summary>It is on stable storage and will be found after a crash.</summary>
    Stored,

    /// <summary>It could not be made durable; nothing of it is kept.</summary>
    OutOfResources,

    /// <summary>The data set's SOP Instance UID is not the command's.</summary>
    UidMismatch,
}

/// <summary>
/// An instance while it arrives: written as the bytes come, nameless until it is durable. Dropped when disposed
/// before.
/// </summary>
public sealed class IncomingFile : IDisposable
{
    private readonly SpoolStore _spool;
    private readonly Arrival _description;
    private readonly IDiskFile _file;
    private readonly XxHash128 _hash = new();
    private bool _failed;
    private bool _isDone;
    private long _bytes;

    internal IncomingFile(SpoolStore spool, Arrival description, string path, IDiskFile file)
    {
        (_spool, _description, PartPath, _file) = (spool, description, path, file);
        var head = ReceivedFile.Head(
            description.SOPClassUID, description.SOPInstanceUID, description.TransferSyntaxUID,
                description.CallingAeTitle, description.CalledAeTitle);
        _file.Write(head);
        _bytes = head.Length;
    }

    /// <summary>The temporary name.</summary>
    internal string PartPath { get; }

    /// <summary>Our id of the arrival.</summary>
    public string Id => _description.Id;

    /// <summary>
    /// Appends bytes of the data set. A full disk is remembered and told at the end, because C-STORE has no earlier
    /// place for it.
    /// </summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_failed)
        {
            return;
        }

        try
        {
            _file.Write(bytes);
            _hash.Append(bytes);
            _bytes += bytes.Length;
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            _failed = true;
            _spool.ReportDiskError(e);
        }
    }

    /// <summary>
    /// Returns only when the instance is on stable storage and findable after a crash, or given up. Order: file
    /// flushed, renamed, folder flushed (shared by all that wait together).
    /// </summary>
    public async ValueTask<StoreOutcome> CommitAsync(CancellationToken ct)
    {
        if (_failed || !Flush(out var routing))
        {
            return StoreOutcome.OutOfResources;
        }

        if (routing.SOPInstanceUID is { } uid && uid != _description.SOPInstanceUID)
        {
            return StoreOutcome.UidMismatch;
        }

        var arrival = _description with
        {
            Routing = routing,
            ContentHash = Convert.ToHexStringLower(_hash.GetCurrentHash()),
            Bytes = _bytes,
        };
        var isStored = await _spool.CommitAsync(this, arrival, ct);
        _isDone = true;
        return isStored ? StoreOutcome.Stored : StoreOutcome.OutOfResources;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDone)
        {
            _isDone = true;
            CloseQuietly();
            _spool.Discard(PartPath);
        }
    }

    // One attempt only: after a failed flush the kernel may call the lost pages clean, and a second flush would lie.
    private bool Flush(out RoutingAttributes routing)
    {
        routing = RoutingAttributes.None;
        try
        {
            _file.Flush();
            routing = ReceivedFile.ReadRouting(_file.Stream);
            _file.Dispose();
            return true;
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            _spool.ReportDiskError(e);
            return false;
        }
    }

    private void CloseQuietly()
    {
        try
        {
            _file.Dispose();
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            // The stream's last write fails again on a full disk; the file is removed next, so nothing is lost.
        }
    }
}
