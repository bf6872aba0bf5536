namespace Defacer.Dicom.Data;

/// <summary>Encapsulated pixel data: the basic offset table and the fragments (PS3.5 §A.4).</summary>
public sealed class DicomFragmentSequence : DicomItem
{
    /// <summary>Fragments as read or made; the VR is OB (or OW as some writers have it).</summary>
    public DicomFragmentSequence(DicomTag tag, DicomVR vr, DicomElement offsetTable, IReadOnlyList<DicomElement> fragments)
        : base(tag, vr)
    {
        OffsetTable = offsetTable;
        Fragments = fragments;
    }

    /// <summary>The first item: 32-bit offsets of the frames, or empty.</summary>
    public DicomElement OffsetTable { get; }

    /// <summary>The fragments, each an item; large ones stay in their file.</summary>
    public IReadOnlyList<DicomElement> Fragments { get; }
}
