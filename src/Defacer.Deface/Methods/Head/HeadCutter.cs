using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;

namespace Defacer.Deface.Methods.Head;

/// <summary>Shapes the cut of one head from its own surface, seen from the front and from both sides.</summary>
internal sealed class HeadCutter
{
    private const double StepMm = 2;
    private const double MarchMm = 1;
    private readonly HeadPose _pose;
    private readonly BinaryGrid _body;
    private readonly float[] _distance;
    private readonly RegularGrid _grid;
    private readonly double _extraMm;
    private readonly (Vector3 Low, Vector3 High) _extent;

    internal HeadCutter(HeadFit fit, BinaryGrid body, RegularGrid grid, double extraMm)
    {
        (_pose, _body, _distance, _grid, _extraMm) = (fit.Pose, body, fit.Surface.Distance.Values, grid, extraMm);
        _extent = HeadExtent();
    }

    /// <summary>The cut.</summary>
    internal HeadCut Cut() => new(_pose, Face(), Ear(-1), Ear(1));

    private DepthMap Face()
    {
        var s = _pose.Scale;
        var lowest = (FaceRegion.LowestChinZ * s.Z) - _extraMm;
        var top = ((FaceRegion.BrowZ + FaceRegion.OverBrowMm) * s.Z) + _extraMm;
        var half = 90 * s.X;
        var map = NewMap(-half, half, lowest, top + 24);
        var skin = Seen(map, (u, v) => new Vector3(u, _extent.Low.Y, v), new Vector3(0, 1, 0), (FaceRegion.SideY * s.Y) - _extent.Low.Y, _extent.Low.Y);
        var own = skin.Filled(40);
        var bottom = BelowChin(own) - _extraMm;
        var deepest = own.Extreme(10, largest: true).Smoothed(6);
        var smoothTemplate = Seen(map, TemplateSkinY).Filled(20).Smoothed(10);
        var values = new float[map.Values.Length];
        for (var row = 0; row < map.Rows; row++)
        {
            for (var column = 0; column < map.Columns; column++)
            {
                var at = (row * map.Columns) + column;
                values[at] = map.V(row) > top || map.V(row) < bottom
                    ? float.NaN
                    : FaceDepth(map.U(column), map.V(row), own.Values[at], deepest.Values[at], smoothTemplate.Values[at]);
            }
        }

        var cut = map.With(values).Smoothed(4);
        for (var at = 0; at < values.Length; at++)
        {
            var (u, v) = (map.U(at % map.Columns), map.V(at / map.Columns));
            // Smoothing must not lift the cut above the least depth, nor push it into the brain.
            var least = float.IsNaN(own.Values[at]) ? double.NegativeInfinity : own.Values[at] + FaceRegion.DepthMm - 1 + _extraMm;
            var y = Math.Max(cut.Values[at], least);
            y = v > (FaceRegion.BrowZ * s.Z) + _extraMm ? Math.Min(y, own.Values[at] + FaceRegion.OverBrowDepthMm) : y;
            values[at] = (float)Math.Min(y, Math.Min(BrainFront(_pose, u, v), (FaceRegion.SideY * s.Y) + _extraMm));
        }

        return map.With(values);
    }

    // Where the skin under the chin has gone back: chins are longer and mouths wider open than the mean head's.
    private double BelowChin(DepthMap own)
    {
        var sure = FaceRegion.ChinZ * _pose.Scale.Z;
        var foremost = double.PositiveInfinity;
        for (var row = own.Rows - 1; row > 0; row--)
        {
            var v = own.V(row);
            if (v > FaceRegion.LipsZ * _pose.Scale.Z)
            {
                continue;
            }

            var middle = Enumerable.Range(-10, 21).Select(i => own.Nearest(2 * i, v)).Where(y => !float.IsNaN(y)).ToList();
            if (middle.Count == 0)
            {
                return Math.Min(v, sure);
            }

            var front = middle.Min();
            foremost = Math.Min(foremost, front);
            if (v <= sure && front - foremost >= FaceRegion.UnderChinMm)
            {
                return v;
            }
        }

        return own.V(0);
    }

    private float FaceDepth(double u, double v, double own, double deepest, double template)
    {
        var (x, z) = (u / _pose.Scale.X, v / _pose.Scale.Z);
        var deep = z < FaceRegion.OrbitTopZ && Math.Abs(x) < 48 ? FaceRegion.DeepMm : FaceRegion.DepthMm;
        var depth = double.IsNaN(own)
            ? FaceRegion.SideY * _pose.Scale.Y
            : Math.Max(own + deep, deepest + FaceRegion.DepthMm);
        depth = double.IsNaN(template) ? depth : Math.Max(depth, template + FaceRegion.DepthMm);
        return (float)(depth + _extraMm);
    }

    // The foremost brain of the column, less the rim; the orbits lie below it, so nothing of the face is behind.
    internal static double BrainFront(HeadPose pose, double u, double v)
    {
        var s = pose.Scale;
        var brain = HeadTemplate.Mean.Brain;
        for (var y = HeadTemplate.Mean.BrainFront.From(-110, u / s.X, v / s.Z); y < FaceRegion.SideY; y += 1)
        {
            if (brain.At(new Vector3(u / s.X, y, v / s.Z)) >= FaceRegion.BrainShare)
            {
                return (y * s.Y) - FaceRegion.BrainRimMm;
            }
        }

        return double.PositiveInfinity;
    }

    /// <summary>How far out to a side the brain of heads reaches at a place, with the rim; 0 where there is none.</summary>
    internal static double BrainSide(HeadPose pose, int side, double u, double v)
    {
        var s = pose.Scale;
        for (var x = 90.0; x > 20; x -= 1)
        {
            if (HeadTemplate.Mean.Brain.At(new Vector3(side * x, u / s.Y, v / s.Z)) >= FaceRegion.BrainShare)
            {
                return (x * s.X) + FaceRegion.BrainRimMm;
            }
        }

        return 0;
    }

    private double TemplateSkinY(double u, double v)
    {
        var s = _pose.Scale;
        var steepest = HeadTemplate.Mean.Steepest;
        for (var y = -140.0; y < FaceRegion.SideY;)
        {
            var distance = HeadTemplate.Mean.Distance.At(new Vector3(u / s.X, y, v / s.Z));
            if (distance < 0)
            {
                return y * s.Y;
            }

            y += Math.Max(1, Math.Floor((distance / steepest) - 1e-6));
        }

        return double.NaN;
    }

    private DepthMap Ear(int side)
    {
        var s = _pose.Scale;
        var (y, z) = (FaceRegion.EarY * s.Y, FaceRegion.EarZ * s.Z);
        var (halfY, halfZ) = (FaceRegion.EarSearchHalfWidth * s.Y, FaceRegion.EarSearchHalfHeight * s.Z);
        // The map is wider than the search, so that the head's own side shows all round the ear.
        var map = NewMap(y - halfY - 30, y + halfY + 30, z - halfZ - 30, z + halfZ + 30);
        var outer = side < 0 ? -_extent.Low.X : _extent.High.X;
        var inward = Seen(map, (u, v) => new Vector3(side * outer, u, v), new Vector3(-side, 0, 0), outer - 20, 0);
        // Width of the head at each place: how far out the skin lies.
        var width = inward.With(Array.ConvertAll(inward.Values, d => (float)(outer - d))).Filled(30);
        var basis = width.Extreme(16, largest: false).Extreme(16, largest: true).Smoothed(4);
        var values = new float[map.Values.Length];
        for (var at = 0; at < values.Length; at++)
        {
            var (u, v) = (map.U(at % map.Columns), map.V(at / map.Columns));
            var (dy, dz) = ((u - y) / s.Y, (v - z) / s.Z);
            var core = Math.Pow(dy / FaceRegion.EarHalfWidth, 2) + Math.Pow(dz / FaceRegion.EarHalfHeight, 2) <= 1;
            // The edge of the search lies on a row of the map: rounding must not decide about that row.
            var search = Math.Abs(dy) <= FaceRegion.EarSearchHalfWidth + 1e-6 && Math.Abs(dz) <= FaceRegion.EarSearchHalfHeight + 1e-6;
            var bump = search && width.Values[at] - basis.Values[at] > 3;
            values[at] = core || bump ? (float)basis.Values[at] : float.NaN;
        }

        var ear = map.With(values).Extreme(6 + _extraMm, largest: false);
        for (var at = 0; at < values.Length; at++)
        {
            values[at] = float.IsNaN(ear.Values[at])
                ? float.PositiveInfinity
                : (float)(Math.Min(ear.Values[at], Positive(basis.Values[at])) - FaceRegion.EarDepthMm - _extraMm);
        }

        return map.With(values);
    }

    private static double Positive(double value) => double.IsNaN(value) ? double.PositiveInfinity : value;

    private static DepthMap NewMap(double lowU, double highU, double lowV, double highV) => new(
        (int)Math.Ceiling((highU - lowU) / StepMm) + 1, (int)Math.Ceiling((highV - lowV) / StepMm) + 1, lowU, lowV, StepMm);

    private static DepthMap Seen(DepthMap map, Func<double, double, double> value)
    {
        var values = new float[map.Values.Length];
        Parallel.For(0, map.Rows, row =>
        {
            for (var column = 0; column < map.Columns; column++)
            {
                values[(row * map.Columns) + column] = (float)value(map.U(column), map.V(row));
            }
        });
        return map.With(values);
    }

    // The first body along rays from outside, as far as `length`; offset is added to the way gone.
    private DepthMap Seen(DepthMap map, Func<double, double, Vector3> from, Vector3 direction, double length, double offset) =>
        Seen(map, (u, v) =>
        {
            var start = from(u, v);
            for (var way = 0.0; way <= length;)
            {
                var at = VoxelAt(_pose.FromHead(start + (direction * way)));
                if (at >= 0 && _body.Voxels[at])
                {
                    return way + offset;
                }

                // No body is nearer than its distance from this voxel, less the way from here to the voxel's middle and
                // from there to the middle of its voxel.
                way += at < 0 ? MarchMm : Math.Max(MarchMm, Math.Floor((_distance[at] - (2 * _grid.SpacingMm)) / MarchMm) * MarchMm);
            }

            return double.NaN;
        });

    // -1 beyond the grid.
    private int VoxelAt(Vector3 patient)
    {
        var (c, r, s) = _grid.ToVoxel(patient);
        var (column, row, slice) = ((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s));
        var shape = _grid.Shape;
        return (uint)column < (uint)shape.Columns && (uint)row < (uint)shape.Rows && (uint)slice < (uint)shape.Slices
            ? shape.Index(column, row, slice)
            : -1;
    }

    private (Vector3 Low, Vector3 High) HeadExtent()
    {
        var shape = _grid.Shape;
        int[] columns = [0, shape.Columns - 1], rows = [0, shape.Rows - 1], slices = [0, shape.Slices - 1];
        var corners = (from c in columns from r in rows from s in slices select _pose.ToHead(_grid.ToPatient(c, r, s))).ToList();
        return (
            new Vector3(corners.Min(p => p.X), corners.Min(p => p.Y), corners.Min(p => p.Z)),
            new Vector3(corners.Max(p => p.X), corners.Max(p => p.Y), corners.Max(p => p.Z)));
    }
}
