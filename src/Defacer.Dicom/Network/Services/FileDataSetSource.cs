using Defacer.Dicom.Network.Dimse;
using Microsoft.Win32.SafeHandles;

namespace Defacer.Dicom.Network.Services;

/// <summary>The bytes of a file from where its data set begins, unread and unchanged.</summary>
internal sealed class FileDataSetSource : IDataSetSource
{
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private long _position;

    internal FileDataSetSource(string path, long position)
    {
        _file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        _length = RandomAccess.GetLength(_file);
        _position = position;
    }

    /// <inheritdoc/>
    public bool IsAtEnd => _position >= _length;

    /// <inheritdoc/>
    public int Read(Span<byte> target)
    {
        var total = 0;
        while (total < target.Length && _position < _length)
        {
            var read = RandomAccess.Read(_file, target[total..], _position);
            if (read == 0)
            {
                throw new EndOfStreamException("The file became shorter while it was sent.");
            }

            total += read;
            _position += read;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
