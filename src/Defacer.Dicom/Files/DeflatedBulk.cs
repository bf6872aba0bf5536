using System.IO.Compression;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>
/// A part of a deflated data set (PS3.5 §A.5), inflated from its file when asked for. What was inflated is kept as
/// long
/// as memory is not short, so that frames read one after the other are inflated once.
/// </summary>
internal sealed class DeflatedBulk(string path, FileStamp stamp, long start, long position, long length) : DicomBulk
{
    private readonly WeakReference<byte[]?> _kept = new(null);

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length - buffer.Length);
        if (length > Array.MaxLength)
        {
            Inflate(position + offset, buffer);
            return;
        }

        if (!_kept.TryGetTarget(out var bytes))
        {
            bytes = GC.AllocateUninitializedArray<byte>((int)length);
            Inflate(position, bytes);
            _kept.SetTarget(bytes);
        }

        bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
    }

    private void Inflate(long at, Span<byte> buffer)
    {
        using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        stamp.Verify(file.SafeFileHandle);
        file.Position = start;
        using var inflated = new DeflateStream(file, CompressionMode.Decompress);
        using var source = new ByteSource(inflated, null);
        if (source.Skip(at) < at || source.ReadUpTo(buffer) < buffer.Length)
        {
            throw new EndOfStreamException($"The deflated data set ends before byte {at + buffer.Length}.");
        }
    }
}
