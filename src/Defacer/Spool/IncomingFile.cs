using System.Buffers;
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
/// An instance while it arrives: its bytes go to a slot as they come, its beginning is kept in memory and written last,
/// with the record that makes the file whole. Dropped when disposed before it is committed.
/// </summary>
public sealed class IncomingFile : IDisposable
{
    // The attributes of routing stand within the first kilobytes of every image; what is longer is read back.
    private const int FrontBytes = 32 * 1024;

    // From here on the system may write while the rest still arrives; a smaller instance is one write anyway.
    private const int WriteBackBytes = 256 * 1024;
    private const int PageMask = 4095;
    private readonly SpoolStore _spool;
    private readonly Arrival _description;
    private readonly Slot _slot;
    private readonly XxHash128 _hash = new();
    private readonly int _headLength;

    // Owned here; returned by Close.
    private byte[] _front;
    private int _frontLength;
    private long _length;
    private long _writtenBack;
    private bool _failed;
    private bool _isDone;

    internal IncomingFile(SpoolStore spool, Arrival description, Slot slot)
    {
        (_spool, _description, _slot) = (spool, description, slot);
        var head = ReceivedFile.Head(
            description.SOPClassUID, description.SOPInstanceUID, description.TransferSyntaxUID,
            description.CallingAeTitle, description.CalledAeTitle);
        _front = ArrayPool<byte>.Shared.Rent(FrontBytes);
        head.CopyTo(_front, 0);
        _length = _frontLength = _headLength = head.Length;
        _writtenBack = (FrontBytes + PageMask) & ~PageMask;
    }

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
            _hash.Append(bytes);
            var toFront = _length < FrontBytes ? (int)Math.Min(FrontBytes - _length, bytes.Length) : 0;
            bytes[..toFront].CopyTo(_front.AsSpan(_frontLength));
            _frontLength += toFront;
            if (bytes.Length > toFront)
            {
                _slot.File.Write(_length + toFront, bytes[toFront..]);
            }

            _length += bytes.Length;
            StartWriteBack();
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            _failed = true;
            _spool.ReportDiskError(e);
        }
    }

    /// <summary>
    /// Returns only when the instance is on stable storage and findable after a crash, or given up: the bytes with
    /// their record are flushed, once; the name of the slot was made durable before.
    /// </summary>
    public StoreOutcome Commit()
    {
        if (_failed || ReadRouting() is not { } routing)
        {
            return StoreOutcome.OutOfResources;
        }

        if (routing.SOPInstanceUID is { } uid && uid != _description.SOPInstanceUID)
        {
            return StoreOutcome.UidMismatch;
        }

        var hash = _hash.GetCurrentHashAsUInt128();
        var arrival = _description with { Routing = routing, ContentHash = $"{hash:x32}", Bytes = _length };
        new ArrivalRecord(
            Guid.ParseExact(_description.Id, "N"), ParseOrEmpty(_description.Association), _description.At, _length, hash)
            .Write(_front.AsSpan(0, _headLength));
        if (!_spool.TryCommit(_slot, _front.AsSpan(0, _frontLength), arrival))
        {
            return StoreOutcome.OutOfResources;
        }

        Close();
        return StoreOutcome.Stored;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDone)
        {
            Close();
            _spool.Discard(_slot.Path);
        }
    }

    private static Guid ParseOrEmpty(string id) => Guid.TryParseExact(id, "N", out var guid) ? guid : Guid.Empty;

    private void Close()
    {
        _isDone = true;
        _slot.File.Dispose();
        ArrayPool<byte>.Shared.Return(_front);
        _front = [];
    }

    // Whole pages only: one that is written back half full is written again.
    private void StartWriteBack()
    {
        if (_length - _writtenBack >= WriteBackBytes)
        {
            var end = _length & ~(long)PageMask;
            _slot.File.StartWriteBack(_writtenBack, end - _writtenBack);
            _writtenBack = end;
        }
    }

    private RoutingAttributes? ReadRouting()
    {
        var front = new ArraySegment<byte>(_front, 0, _frontLength);
        if (ReceivedFile.ReadRouting(front, isWhole: _length == _frontLength) is { } routing)
        {
            return routing;
        }

        try
        {
            _slot.File.Write(0, front);
            using var stream = _slot.File.OpenRead();
            return ReceivedFile.ReadRouting(stream);
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            _spool.ReportDiskError(e);
            return null;
        }
    }
}
