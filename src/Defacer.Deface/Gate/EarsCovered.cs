using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Gate;

/// <summary>On each side whose skin is in view beside the face, skin was removed as an ear.</summary>
internal sealed class EarsCovered : IStackCheck
{
    // An ear's own skin is 20 cm² and more; a side counts as in view from half of that on.
    private const double LeastMm2 = 1000;

    public string Name => "ears-left";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        var shape = stack.Grid.Shape;
        var area = shape.ColumnMm * shape.RowMm;
        var middle = Middle(stack);
        var (left, right) = (0.0, 0.0);
        var (low, high) = (double.MaxValue, double.MinValue);
        for (var i = 0; i < stack.Labels.Length; i++)
        {
            if (!stack.Skin.Voxels[i] || stack.Labels[i] == MaskVolume.Keep)
            {
                continue;
            }

            var (slice, inSlice) = Math.DivRem(i, shape.Columns * shape.Rows);
            var place = stack.Grid.ToPatient(inSlice % shape.Columns, inSlice / shape.Columns, slice);
            if (stack.Labels[i] == MaskVolume.Face)
            {
                (low, high) = (Math.Min(low, place.Z), Math.Max(high, place.Z));
            }
            else
            {
                (left, right) = place.X > middle ? (left + area, right) : (left, right + area);
            }
        }

        var (seenLeft, seenRight) = SidesInView(stack, middle, low, high);
        var missing = (seenLeft && left < LeastMm2 ? 1 : 0) + (seenRight && right < LeastMm2 ? 1 : 0);
        yield return GateFigure.AtMost(Name, missing, 0, "sides");
    }

    private static double Middle(GateStack stack)
    {
        var shape = stack.Grid.Shape;
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < shape.VoxelCount; i++)
        {
            if (stack.Body.Voxels[i])
            {
                (sum, count) = (sum + (i % shape.Columns), count + 1);
            }
        }

        return stack.Grid.ToPatient(sum / count, 0, 0).X;
    }

    // Skin that looks to the side, at the height of the removed face, 60 mm and more from the middle.
    private static (bool Left, bool Right) SidesInView(GateStack stack, double middle, double low, double high)
    {
        var shape = stack.Grid.Shape;
        var (left, right) = (0.0, 0.0);
        for (var i = 0; i < stack.Labels.Length; i++)
        {
            if (!stack.Skin.Voxels[i])
            {
                continue;
            }

            var (slice, inSlice) = Math.DivRem(i, shape.Columns * shape.Rows);
            var place = stack.Grid.ToPatient(inSlice % shape.Columns, inSlice / shape.Columns, slice);
            if (place.Z < low || place.Z > high || Math.Abs(place.X - middle) is < 60 or > 110)
            {
                continue;
            }

            var area = shape.RowMm * shape.SliceMm;
            (left, right) = place.X > middle ? (left + area, right) : (left, right + area);
        }

        return (left > 4 * LeastMm2, right > 4 * LeastMm2);
    }
}
