using Defacer.Dicom.Pixels;

namespace Defacer.Deface.Gate;

/// <summary>As many files as came, each readable, each with as many frames of the same shape.</summary>
internal sealed class InstancesPresent : ISeriesCheck
{
    public string Name => "instances-missing";

    public IEnumerable<GateFigure> Measure(GateSeries series, CancellationToken cancellationToken)
    {
        var missing = Math.Abs(series.Originals.Count - series.Outputs.Count) + series.Outputs.Count(o => o is null);
        yield return GateFigure.AtMost(Name, missing, 0, "instances");
        var different = series.Originals.Zip(series.Outputs).Count(pair =>
            pair.Second is { } output && Shape(PixelDescription.From(pair.First.Dataset)) != Shape(PixelDescription.From(output.Dataset)));
        yield return GateFigure.AtMost("frames-reshaped", different, 0, "instances");
    }

    private static string? Shape(PixelDescription? d) =>
        d is null ? null : (d.Rows, d.Columns, d.NumberOfFrames, d.BitsAllocated, d.BitsStored, d.HighBit, d.IsSigned).ToString();
}
