using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;

namespace Defacer.Deface.Gate;

/// <summary>No compact protrusion like a nose that the front of the head had is left.</summary>
internal sealed class NoseGone : IStackCheck
{
    // A ball that cannot enter a nose; what it leaves out, less a thin layer.
    private const double BallMm = 20, EdgeMm = 4;

    // Noses are at most 50 mm wide.
    private const double WidestMm = 70;

    // What a nose leaves is 1000 mm³ and more, a child's too.
    private const double MostMm3 = 500;

    public string Name => "nose-left";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        var before = stack.Body;
        // Beyond the field of view the body may go on: its cut edges are no protrusions.
        var smooth = before.Or(stack.View.Not()).Open(BallMm, cancellationToken);
        var standing = before.Except(smooth).And(Front(stack)).Erode(EdgeMm, cancellationToken);
        yield return GateFigure.AtMost(Name, Largest(standing.And(stack.BodyAfter)), MostMm3, "mm3");
    }

    // An edge of a forehead under which a face was cut away before stands out too, but across the whole head.
    private static double Largest(BinaryGrid standing)
    {
        var shape = standing.Shape;
        var parts = ConnectedComponents.Of(standing, Connectivity.Corners);
        var labels = parts.Labels();
        var (low, high) = (new int[parts.Count + 1], new int[parts.Count + 1]);
        Array.Fill(low, int.MaxValue);
        for (var i = 0; i < labels.Length; i++)
        {
            var (part, column) = (labels[i], i % shape.Columns);
            (low[part], high[part]) = (Math.Min(low[part], column), Math.Max(high[part], column));
        }

        return Enumerable.Range(1, parts.Count)
            .Where(part => (high[part] - low[part]) * shape.ColumnMm <= WidestMm)
            .Select(part => parts.Sizes[part - 1] * shape.VoxelMm3)
            .DefaultIfEmpty(0)
            .Max();
    }

    // The foremost third of the head, to 200 mm below its upper end and 60 mm to both sides of its middle.
    private static BinaryGrid Front(GateStack stack)
    {
        var shape = stack.Grid.Shape;
        var (x, y, count) = (0.0, 0.0, 0);
        for (var pass = 0; pass < shape.VoxelCount; pass++)
        {
            if (stack.Body.Voxels[pass] && Place(stack, pass) is var p && p.Z > stack.TopMm - 120)
            {
                (x, y, count) = (x + p.X, y + p.Y, count + 1);
            }
        }

        var middle = new Vector3(x / count, y / count, 0);
        var front = new BinaryGrid(shape);
        for (var i = 0; i < shape.VoxelCount; i++)
        {
            var p = Place(stack, i);
            front.Voxels[i] = p.Z > stack.TopMm - 200 && Math.Abs(p.X - middle.X) < 60 && p.Y < middle.Y - 35;
        }

        return front;
    }

    private static Vector3 Place(GateStack stack, int at)
    {
        var shape = stack.Grid.Shape;
        var (slice, inSlice) = Math.DivRem(at, shape.Columns * shape.Rows);
        return stack.Grid.ToPatient(inSlice % shape.Columns, inSlice / shape.Columns, slice);
    }
}
