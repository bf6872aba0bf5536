namespace Defacer.Dicom.Data;

/// <summary>
/// A sequence of items (PS3.5 §7.5). <see cref="DicomItem.VR"/> is SQ, or UN for one that was read as CP-246 says.
/// </summary>
public sealed class DicomSequence : DicomItem
{
    /// <summary>A sequence of these items.</summary>
    public DicomSequence(DicomTag tag, params IEnumerable<DicomDataset> items)
        : this(tag, DicomVR.SQ, undefinedLength: false) => Items.AddRange(items);

    /// <summary>An empty sequence, to be filled, with its encoding.</summary>
    public DicomSequence(DicomTag tag, DicomVR vr, bool undefinedLength)
        : base(tag, vr) => IsUndefinedLength = undefinedLength;

    /// <summary>The items in order.</summary>
    public DicomItemList Items { get; } = [];

    /// <summary>Whether a delimiter ends it instead of a length.</summary>
    public bool IsUndefinedLength { get; }

    /// <summary>The length in its delimiter, as read; zero unless the writer broke PS3.5 §7.5.</summary>
    internal uint DelimiterLength { get; set; }

    internal DicomSequence CopyEmpty() =>
        new(Tag, VR, IsUndefinedLength) { Reserved = Reserved, DelimiterLength = DelimiterLength };
}
