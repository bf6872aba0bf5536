using Defacer.Dicom.Data;

namespace Defacer.Imaging.Volumes;

/// <summary>
/// Attributes of one frame: from its functional groups, from the shared ones, or from the data set itself where it is a
/// classic single-frame object (PS3.3 §C.7.6.16).
/// </summary>
internal readonly struct FrameAttributes
{
    private readonly DicomDataset _dataset;
    private readonly DicomDataset? _perFrame;
    private readonly DicomDataset? _shared;

    internal FrameAttributes(DicomDataset dataset, int frame)
    {
        _dataset = dataset;
        var groups = dataset.GetItems(DicomTag.PerFrameFunctionalGroupsSequence);
        _perFrame = frame < groups.Count ? groups[frame] : null;
        _shared = dataset.GetItems(DicomTag.SharedFunctionalGroupsSequence) is [var first, ..] ? first : null;
    }

    /// <summary>
    /// Numbers of an attribute of a functional group; of the data set where there are no groups. Empty when absent.
    /// </summary>
    internal IReadOnlyList<double> Numbers(DicomTag group, DicomTag attribute) =>
        Holder(group, attribute)?.GetDoubles(attribute) ?? [];

    /// <summary>The first number, or null.</summary>
    internal double? Number(DicomTag group, DicomTag attribute) => Holder(group, attribute)?.GetDouble(attribute);

    /// <summary>The values as text, joined by backslashes, or null.</summary>
    internal string? Text(DicomTag group, DicomTag attribute) =>
        Holder(group, attribute)?.GetStrings(attribute) is { Count: > 0 } values ? string.Join('\\', values) : null;

    /// <summary>An attribute of the data set itself, as text, or null.</summary>
    internal string? Text(DicomTag attribute) =>
        _dataset.GetStrings(attribute) is { Count: > 0 } values ? string.Join('\\', values) : null;

    /// <summary>The item of a functional group of this frame, or null.</summary>
    internal DicomDataset? Group(DicomTag group) =>
        _perFrame?.GetItems(group) is [var own, ..] ? own
        : _shared?.GetItems(group) is [var shared, ..] ? shared
        : null;

    private DicomDataset? Holder(DicomTag group, DicomTag attribute)
    {
        if (Group(group) is { } item && item.Contains(attribute))
        {
            return item;
        }

        return _dataset.Contains(attribute) ? _dataset : null;
    }
}
