namespace Defacer.Dicom.Data;

/// <summary>Encapsulated pixel data: the basic offset table and the fragments (PS3.5 §A.4).</summary>
public sealed class DicomFragmentSequence : DicomItem
{
    private static readonly DicomElement s_empty = new(DicomTag.Item, DicomVR.OB, ReadOnlyMemory<byte>.Empty);

    /// <summary>Fragments as read or made; the VR is OB (or OW as some writers have it).</summary>
    /// <param name="tag">(7FE0,0010), or the float ones.</param>
    /// <param name="vr">The VR.</param>
    /// <param name="offsetTable">The first item; null only where a writer left it out, against PS3.5 §A.4.</param>
    /// <param name="fragments">The items after it.</param>
    public DicomFragmentSequence(
        DicomTag tag, DicomVR vr, DicomElement? offsetTable, IReadOnlyList<DicomElement> fragments)
        : base(tag, vr)
    {
        HasOffsetTable = offsetTable is not null || fragments.Count > 0;
        OffsetTable = offsetTable ?? s_empty;
        Fragments = fragments;
    }

    /// <summary>The first item: 32-bit offsets of the frames, or empty.</summary>
    public DicomElement OffsetTable { get; }

    /// <summary>The fragments, each an item; large ones stay in their file.</summary>
    public IReadOnlyList<DicomElement> Fragments { get; }

    /// <summary>Whether there is a first item at all.</summary>
    internal bool HasOffsetTable { get; }

    /// <summary>The length in the delimiter, as read; zero unless the writer broke PS3.5 §A.4.</summary>
    internal uint DelimiterLength { get; init; }
}
