using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>Where a large value can stay while its data set is in memory.</summary>
internal abstract class BulkOrigin
{
    /// <summary>The value at a position of the parsed stream.</summary>
    internal abstract DicomBulk Leave(long position, long length, int swapUnit);
}

/// <summary>Values stay in their file.</summary>
internal sealed class FileOrigin(string path, FileStamp stamp) : BulkOrigin
{
    internal override DicomBulk Leave(long position, long length, int swapUnit) =>
        new FileBulk(path, position, length, swapUnit) { Stamp = stamp };

    /// <summary>The place of values in a deflated data set that begins here in the file.</summary>
    internal BulkOrigin Deflated(long start) => new DeflatedOrigin(path, stamp, start);
}

/// <summary>
/// Values stay in their deflated file and are inflated when asked for: no temporary file, no memory for a bomb.
/// </summary>
internal sealed class DeflatedOrigin(string path, FileStamp stamp, long start) : BulkOrigin
{
    internal override DicomBulk Leave(long position, long length, int swapUnit) =>
        new DeflatedBulk(path, stamp, start, position, length);
}
