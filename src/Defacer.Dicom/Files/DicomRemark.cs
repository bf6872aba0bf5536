namespace Defacer.Dicom.Files;

/// <summary>What was irregular in a file that could be read all the same.</summary>
public enum DicomIrregularity
{
    /// <summary>No 128 bytes and "DICM" at the start (PS3.10 §7.1).</summary>
    NoPreamble,

    /// <summary>No group 0002.</summary>
    NoFileMeta,

    /// <summary>(0002,0000) is absent or does not say where group 0002 ends.</summary>
    FileMetaGroupLength,

    /// <summary>(0002,0010) is absent; the syntax was found from the bytes.</summary>
    TransferSyntaxMissing,

    /// <summary>The data set is in another encoding than (0002,0010) says; the true one is used and named.</summary>
    TransferSyntaxWrong,

    /// <summary>Items of a sequence are in another encoding than the data set that holds them.</summary>
    MixedEncoding,

    /// <summary>
    /// The bytes end inside a value, a sequence or a deflated stream. What was there is kept; the object is not whole.
    /// </summary>
    Truncated,

    /// <summary>An item or delimiter stands where an element is due; it is kept as an element of group FFFE.</summary>
    Delimiter,

    /// <summary>The length of a sequence is not that of its items; it is corrected when written.</summary>
    Length,

    /// <summary>A deflated data set begins with a zlib header (RFC 1950) that PS3.5 §A.5 does not have.</summary>
    ZlibHeader,

    /// <summary>Bytes after the last element; they are not kept.</summary>
    TrailingBytes,
}

/// <summary>An irregularity and where it was met; never a value.</summary>
/// <param name="Kind">What.</param>
/// <param name="ByteOffset">Offset in the file, or in the inflated data set.</param>
/// <param name="TagPath">Tags from the outermost sequence inwards, joined by dots; empty at the top.</param>
public readonly record struct DicomRemark(DicomIrregularity Kind, long ByteOffset, string TagPath);
