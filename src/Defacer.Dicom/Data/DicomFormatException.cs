namespace Defacer.Dicom.Data;

/// <summary>The bytes are not what the standard says. Carries where, never a value.</summary>
public sealed class DicomFormatException : IOException
{
    /// <summary>Says what is wrong at which byte of which element.</summary>
    public DicomFormatException(string message, long byteOffset, string tagPath)
        : base($"{message} (byte {byteOffset}{(tagPath.Length > 0 ? ", at " + tagPath : string.Empty)})")
    {
        ByteOffset = byteOffset;
        TagPath = tagPath;
    }

    /// <summary>Says what is wrong where no position is known.</summary>
    public DicomFormatException(string message)
        : base(message) => TagPath = string.Empty;

    /// <inheritdoc cref="DicomFormatException(string)"/>
    public DicomFormatException()
        : this("The data set is malformed.")
    {
    }

    /// <inheritdoc cref="DicomFormatException(string)"/>
    public DicomFormatException(string message, Exception innerException)
        : base(message, innerException) => TagPath = string.Empty;

    /// <summary>Offset in bytes from the start of the stream, or 0.</summary>
    public long ByteOffset { get; }

    /// <summary>Tags from the outermost sequence inwards, joined by dots; empty at the top.</summary>
    public string TagPath { get; }
}
