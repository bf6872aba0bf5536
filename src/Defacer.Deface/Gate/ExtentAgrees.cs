using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;

namespace Defacer.Deface.Gate;

/// <summary>
/// Where the output states its least and greatest pixel, they are those of its pixels, not of the old ones.
/// </summary>
internal sealed class ExtentAgrees : ISeriesCheck
{
    public string Name => "pixel-extent-stale";

    public IEnumerable<GateFigure> Measure(GateSeries series, CancellationToken cancellationToken)
    {
        var stale = 0;
        foreach (var output in series.Outputs)
        {
            stale += output is not null && Agrees(output, cancellationToken) ? 0 : 1;
        }

        yield return GateFigure.AtMost(Name, stale, 0, "instances");
    }

    private static bool Agrees(DicomFile output, CancellationToken cancellationToken)
    {
        var smallest = output.Dataset.GetInt(DicomTag.SmallestImagePixelValue);
        var largest = output.Dataset.GetInt(DicomTag.LargestImagePixelValue);
        if (output.Dataset.Contains(DicomTag.LargestPixelValueInSeries) || output.Dataset.Contains(DicomTag.SmallestPixelValueInSeries))
        {
            return false;
        }

        if (smallest is null && largest is null)
        {
            return true;
        }

        var reader = new PixelDataReader(output.Dataset, output.TransferSyntax);
        var stored = new StoredValues(reader.Description);
        var (low, high, bytes) = (long.MaxValue, long.MinValue, new byte[reader.Description.FrameBytes]);
        for (var frame = 0; frame < reader.Description.NumberOfFrames; frame++)
        {
            reader.ReadFrame(frame, bytes, cancellationToken);
            for (var pixel = 0; pixel < reader.Description.FramePixels; pixel++)
            {
                var value = stored.Get(bytes, pixel);
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
            }
        }

        return (smallest ?? low) == low && (largest ?? high) == high;
    }
}
