using Defacer.Dicom.Data;

namespace Defacer.Deface.Gate;

/// <summary>
/// No icon, overlay or curve is left at any depth: each can hold a picture or an outline of the face.
/// </summary>
internal sealed class PicturesGone : ISeriesCheck
{
    public string Name => "pictures-left";

    public IEnumerable<GateFigure> Measure(GateSeries series, CancellationToken cancellationToken)
    {
        var left = 0;
        foreach (var output in series.Outputs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            left += output is null ? 1 : Count(output.Dataset);
        }

        yield return GateFigure.AtMost(Name, left, 0, "elements");
    }

    private static int Count(DicomDataset dataset)
    {
        var (count, open) = (0, new Stack<DicomDataset>([dataset]));
        while (open.TryPop(out var level))
        {
            foreach (var item in level)
            {
                var isPicture = item.Tag.Value == 0x00880200 || item.Tag.Group >> 8 is 0x60 or 0x50;
                count += isPicture && item.Tag.Group % 2 == 0 ? 1 : 0;
                if (item is DicomSequence sequence)
                {
                    foreach (var child in sequence.Items)
                    {
                        open.Push(child);
                    }
                }
            }
        }

        return count;
    }
}
