using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Objects;

/// <summary>
/// The content tree of a report (PS3.3 §C.17.3) without what people say in words: containers, codes, measurements and
/// references stay; texts, names, dates, times and what describes the observers and the subject go. Without Table
/// E.3.4-1 no more can be told apart.
/// </summary>
internal static class ContentTree
{
    private static readonly HashSet<string> s_kept = new(
        ["CONTAINER", "CODE", "NUM", "IMAGE", "COMPOSITE", "WAVEFORM", "UIDREF"], StringComparer.Ordinal);

    // (121049, DCM) Language, (121005, DCM) Observer Type and so on stand in relations of this kind.
    private const string ObserverContext = "HAS OBS CONTEXT";
    private const string Identity = "UIDREF";

    internal static DicomDataset WithoutText(DicomDataset root) => ObjectTreatment.Rewrite(root, Cut);

    private static DicomItem? Cut(DicomItem item) => item is DicomSequence sequence
        && item.Tag == DicomTag.ContentSequence ? Cut(sequence) : item;

    // Nesting is bounded by the reader.
    private static DicomSequence? Cut(DicomSequence content)
    {
        var items = content.Items.Where(Stays).Select(WithoutText).ToList();
        return items.Count == 0 ? null : new DicomSequence(content.Tag, items);
    }

    // A reference to another item of the tree counts positions, which are no longer the same.
    private static bool Stays(DicomDataset item) =>
        item.GetString(DicomTag.ValueType) is { } type && s_kept.Contains(type)
        && !item.Contains(DicomTag.ReferencedContentItemIdentifier)
        && (item.GetString(DicomTag.RelationshipType) != ObserverContext || type == Identity);
}
