using Defacer.Dicom.Data;
using Microsoft.Win32.SafeHandles;

namespace Defacer.Deidentify.Verify;

/// <summary>Reads the large values of one written file through one open handle.</summary>
internal sealed class BulkReader(string path, DicomTransferSyntax syntax) : IDisposable
{
    private SafeFileHandle? _handle;

    internal void Read(DicomBulk bulk, long offset, Span<byte> target)
    {
        // The bytes as they lie in the file; those of a big endian one must be swapped by who knows the unit.
        if (bulk is not FileBulk plain || syntax.IsBigEndian)
        {
            bulk.Read(offset, target);
            return;
        }

        _handle ??= File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        for (var at = plain.Position + offset; target.Length > 0;)
        {
            var read = RandomAccess.Read(_handle, target, at);
            if (read == 0)
            {
                throw new EndOfStreamException("The output ends inside a value.");
            }

            target = target[read..];
            at += read;
        }
    }

    public void Dispose() => _handle?.Dispose();
}
