using Defacer.Dicom.Data;

namespace Defacer.Deface.Paint;

/// <summary>The frames of reference that a structure set or a dose grid is drawn in (PS3.3 §C.8.8.3, §C.8.8.5).</summary>
internal sealed class OutlineFrames
{
    private readonly Dictionary<int, string?> _ofRegion = [];
    private readonly string? _ofObject;

    internal OutlineFrames(DicomDataset dataset)
    {
        _ofObject = dataset.GetString(DicomTag.FrameOfReferenceUID)
            ?? dataset.GetItems(DicomTag.ReferencedFrameOfReferenceSequence)
                .Select(i => i.GetString(DicomTag.FrameOfReferenceUID)).FirstOrDefault(f => f is not null);
        foreach (var region in dataset.GetItems(DicomTag.StructureSetROISequence))
        {
            _ofRegion[region.GetInt(DicomTag.ROINumber) ?? int.MinValue] =
                region.GetString(DicomTag.ReferencedFrameOfReferenceUID) ?? _ofObject;
        }
    }

    /// <summary>All of them; null where something is drawn in one that is not named.</summary>
    internal IReadOnlySet<string>? All
    {
        get
        {
            var all = _ofRegion.Values.Append(_ofRegion.Count == 0 ? _ofObject : _ofRegion.Values.First()).ToHashSet(StringComparer.Ordinal);
            return all.Contains(null) ? null : all.OfType<string>().ToHashSet(StringComparer.Ordinal);
        }
    }

    /// <summary>That of the object itself, or of its only regions.</summary>
    internal string? OfObject => _ofObject ?? _ofRegion.Values.FirstOrDefault();

    /// <summary>That of a region, by its number.</summary>
    internal string? OfRegion(int? number) => _ofRegion.GetValueOrDefault(number ?? int.MinValue) ?? _ofObject;
}
