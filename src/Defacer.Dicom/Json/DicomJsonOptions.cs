using Defacer.Dicom.Data;

namespace Defacer.Dicom.Json;

/// <summary>How data sets are put into the DICOM JSON model.</summary>
public sealed record DicomJsonOptions
{
    /// <summary>The defaults.</summary>
    public static DicomJsonOptions Default { get; } = new();

    /// <summary>
    /// Binary values up to this many bytes stand in the text as base64 (InlineBinary). Default 64 KiB; longer ones and
    /// encapsulated pixel data are referred to, or left out.
    /// </summary>
    public long MaxInlineBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Where a value that is not inline can be read, by its element; null, or null from it, leaves the value out.
    /// </summary>
    public Func<DicomItem, string?>? BulkDataUri { get; init; }
}
