using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Verify;

/// <summary>
/// Elements of an output beside those of its original at the same place. Where a sequence lost items, its items have no
/// pairs.
/// </summary>
internal static class PairWalk
{
    internal static List<(DicomElement Original, DicomElement Output)> Of(DicomDataset original, DicomDataset output)
    {
        var pairs = new List<(DicomElement, DicomElement)>();
        var open = new Stack<(DicomDataset, DicomDataset)>();
        open.Push((original, output));
        while (open.TryPop(out var level))
        {
            foreach (var item in level.Item2)
            {
                if (!IsCompared(item) || !level.Item1.TryGet(item.Tag, out var before))
                {
                    continue;
                }

                if (item is DicomElement { Bulk: null } after && before is DicomElement { Bulk: null } element)
                {
                    pairs.Add((element, after));
                }
                else if (item is DicomSequence now && before is DicomSequence then && now.Items.Count == then.Items.Count)
                {
                    for (var i = 0; i < now.Items.Count; i++)
                    {
                        open.Push((then.Items[i], now.Items[i]));
                    }
                }
            }
        }

        return pairs;
    }

    /// <summary>The dates of the output that differ from those of the original at their place.</summary>
    internal static HashSet<DicomElement> MovedDates(List<(DicomElement Original, DicomElement Output)> pairs) =>
        [.. pairs.Where(p => p.Output.VR.Code is "DA" or "DT" && DateOf(p.Original) != DateOf(p.Output))
            .Select(p => p.Output)];

    private static bool IsCompared(DicomItem item) => item is DicomSequence || item.VR.Code is "UI" or "DA" or "DT"
        || item.Tag == DicomTag.PatientID;

    private static string DateOf(DicomElement element)
    {
        var text = Encoding.Latin1.GetString(element.Value.Span).Trim(' ', '\0');
        return text.Length > 8 ? text[..8] : text;
    }
}
