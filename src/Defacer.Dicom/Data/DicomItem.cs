namespace Defacer.Dicom.Data;

/// <summary>One entry of a data set: an element with a value, a sequence, or encapsulated pixel data.</summary>
public abstract class DicomItem
{
    private protected DicomItem(DicomTag tag, DicomVR vr)
    {
        Tag = tag;
        VR = vr;
    }

    /// <summary>The tag.</summary>
    public DicomTag Tag { get; }

    /// <summary>The VR as read, or by the dictionary in implicit encoding.</summary>
    public DicomVR VR { get; }

    /// <summary>
    /// The two reserved bytes after a long-form VR, as read; zero unless the writer broke PS3.5 §7.1.2.
    /// </summary>
    internal ushort Reserved { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Tag} {VR}";
}
