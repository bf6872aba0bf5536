using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>How a data set is read, with the limits that keep hostile bytes harmless.</summary>
public sealed record DicomReadOptions
{
    /// <summary>The defaults.</summary>
    public static DicomReadOptions Default { get; } = new();

    /// <summary>
    /// Values longer than this many bytes stay in the file. Default 64 KiB: more than any header value of the corpus.
    /// </summary>
    public int DeferAboveBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Reading ends before the first top-level element with this tag or a higher one; null reads all.
    /// </summary>
    public DicomTag? StopBefore { get; init; }

    /// <summary>Only elements of this group are read, to the first one of another; null reads all.</summary>
    internal ushort? OnlyGroup { get; init; }

    /// <summary>
    /// Whether bytes that end early give what there is, with <see cref="DicomFile.IsTruncated"/> set, rather than an
    /// error. Default
    /// true: the header of a cut image still says whose it is and why it is parked.
    /// </summary>
    public bool AllowTruncated { get; init; } = true;

    /// <summary>
    /// Nesting of sequences. Default 64: the deepest SR of the corpus has 11; a hostile file nests until memory ends.
    /// </summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>
    /// Items and elements altogether. Default 8 million: an enhanced object of 10,000 frames has about 2 million.
    /// </summary>
    public int MaxItems { get; init; } = 8_000_000;

    /// <summary>Bytes held in memory altogether, values that cannot stay in a file included. Default 1 GiB.</summary>
    public long MaxMemoryBytes { get; init; } = 1L << 30;

    /// <summary>Bytes that a deflated data set may become. Default 1 GiB.</summary>
    public long MaxInflatedBytes { get; init; } = 1L << 30;
}
