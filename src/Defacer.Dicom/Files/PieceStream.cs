using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>
/// Where <see cref="DicomWriter"/> leaves large values out: an encoded data set as pieces, bytes in memory and values
/// that stay where they lie, for a reader that takes them piece by piece.
/// </summary>
internal sealed class PieceStream : Stream
{
    private readonly List<Piece> _pieces = [];
    private MemoryStream _open = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What was written, in order; complete once the writer has returned.</summary>
    internal IReadOnlyList<Piece> TakePieces()
    {
        Seal();
        return _pieces;
    }

    /// <summary>The next bytes are those of a value.</summary>
    internal void Add(DicomBulk bulk)
    {
        Seal();
        _pieces.Add(new Piece(default, bulk));
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => _open.Write(buffer);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _open.Dispose();
        base.Dispose(disposing);
    }

    private void Seal()
    {
        if (_open.Length > 0)
        {
            _pieces.Add(new Piece(_open.GetBuffer().AsMemory(0, (int)_open.Length), null));
            _open = new MemoryStream();
        }
    }

    /// <summary>Bytes, or a value.</summary>
    internal readonly record struct Piece(ReadOnlyMemory<byte> Bytes, DicomBulk? Bulk)
    {
        internal long Length => Bulk?.Length ?? Bytes.Length;

        internal void Read(long offset, Span<byte> target)
        {
            if (Bulk is null)
            {
                Bytes.Span.Slice((int)offset, target.Length).CopyTo(target);
            }
            else
            {
                Bulk.Read(offset, target);
            }
        }
    }
}
