using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Evaluate;

/// <summary>
/// Measures a mask on a head. The surface is a threshold of its own, the nose is the foremost point of the front, the ears
/// are the outermost points behind it: nothing of it comes from a method, so that a method cannot be right by its own measure.
/// </summary>
public sealed class HeadMeasure
{
    private const double SpacingMm = 2;

    // mm from the centre of the brain (or what stands for it): where a nose is looked for.
    private const double NoseLowest = 110, NoseHighest = 0, NoseAside = 26;

    // A nose is narrower than twice this and stands out by more than that; its tip by most of what it does anywhere.
    private const double NoseRadiusMm = 18, LeastNoseMm = 6, NoseShare = 0.6, BumpGapMm = 6;

    // Without a brain mask its centre is about this far below the crown.
    private const double CrownToBrainMm = 80;

    // mm behind and above or below the tip of the nose: where the outermost point of an ear is looked for.
    private const double EarNearest = 80, EarFarthest = 150, EarAside = 35, EarRadiusMm = 8;

    // What ends within this of the border of the field of view may go on beyond it.
    private const double BorderMm = 4;

    // What a disc of this radius, laid on from the front, does not reach by so much is the ground of a hole.
    private const double HoleRadiusMm = 22, HoleDepthMm = 15;

    private readonly RegularGrid _grid;
    private readonly BinaryGrid _body;
    private readonly MaskVolume? _brain;
    private readonly int[] _front;
    private readonly FrontRelief _relief;

    /// <summary>A head.</summary>
    /// <param name="volume">Its scan.</param>
    /// <param name="brain">A brain mask on the same grid, made by another program; null where there is none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public HeadMeasure(Volume volume, MaskVolume? brain, CancellationToken cancellationToken)
    {
        var (low, high) = RegularGrid.Extent(volume.Geometry);
        _grid = RegularGrid.Between(low, high, SpacingMm);
        _brain = brain;
        var values = Resampler.ToGrid(volume, _grid, float.NaN, cancellationToken);
        var threshold = volume.Modality == "CT" ? -350 : Threshold(values);
        var raw = BinaryGrid.Above(_grid.Shape, values, (float)threshold).Open(2, cancellationToken);
        _body = ConnectedComponents.Of(raw, Connectivity.Sides).Largest().Close(8, cancellationToken).FillHolesAcrossAll(cancellationToken);
        _front = Front();
        _relief = new FrontRelief(_grid, _front);
        Nose = FindNose();
    }

    /// <summary>The tip of the nose in patient mm; null where none is in view.</summary>
    public Vector3? Nose { get; }

    /// <summary>The figures of a mask.</summary>
    /// <param name="mask">On the grid of the volume.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public HeadFigures Of(MaskVolume mask, CancellationToken cancellationToken)
    {
        var labels = OnGrid(mask);
        var left = _body.Except(labels);
        var brain = _brain is null ? (int?)null : Enumerable.Range(0, mask.Labels.Length).Count(i => _brain.Labels[i] != 0 && mask.Labels[i] != 0);
        var share = _body.And(labels).Count / (double)Math.Max(1, _body.Count);
        if (Nose is not { } tip)
        {
            return new HeadFigures { BrainVoxels = brain, RemovedShare = share };
        }

        var distance = DistanceTransform.SquaredTo(left, 80, cancellationToken);
        var profile = new FaceProfile(_grid, _front, tip);
        var front = Window(tip, 40, profile.ChinZ() - tip.Z, profile.BrowZ() - tip.Z);
        var depths = front.Select(i => Math.Sqrt(distance[i])).Order().ToList();
        return new HeadFigures
        {
            BrainVoxels = brain,
            RemovedShare = share,
            NoseWindow = Share(Window(tip, 25, -30, 30), labels),
            BrowToChin = Share(front, labels),
            RightEar = Ear(tip, -1, labels),
            LeftEar = Ear(tip, 1, labels),
            MedianDepthMm = depths.Count == 0 ? null : depths[depths.Count / 2],
            NearShare = depths.Count == 0 ? null : depths.Count(d => d < 3) / (double)depths.Count,
            NoseTipMm = Math.Sqrt(distance[IndexOf(tip)]),
        };
    }

    // Two fifths of the way from dark to Otsu's threshold, spikes cut off.
    private static double Threshold(float[] values)
    {
        var inView = Array.FindAll(values, v => !float.IsNaN(v));
        var low = Histogram.Full(inView, 4096).Quantile(0.02);
        return low + (0.4 * (IntensityStatistics.Otsu(inView) - low));
    }

    // For each column (x, z) the foremost voxel of the body; -1 where there is none.
    private int[] Front()
    {
        var shape = _grid.Shape;
        var front = new int[shape.Columns * shape.Slices];
        Array.Fill(front, -1);
        for (var slice = 0; slice < shape.Slices; slice++)
        {
            for (var row = shape.Rows - 1; row >= 0; row--)
            {
                for (var column = 0; column < shape.Columns; column++)
                {
                    if (_body[column, row, slice])
                    {
                        front[(slice * shape.Columns) + column] = shape.Index(column, row, slice);
                    }
                }
            }
        }

        return front;
    }

    // The foremost point of what stands out from the front like a nose: narrow, unlike a chin or a forehead, which come
    // farther forward when the head is tipped. Where nothing stands out, the foremost point is taken.
    private Vector3? FindNose()
    {
        var centre = BrainCentre();
        var places = _front.Where(i => i >= 0).Select(i => (At: i, Place: Place(i))).Where(p =>
            p.Place.Z > centre.Z - NoseLowest && p.Place.Z < centre.Z - NoseHighest && Math.Abs(p.Place.X - centre.X) < NoseAside).ToList();
        var bumps = places.ConvertAll(p => (p.Place, Mm: _relief.StandingOutMm(p.At, NoseRadiusMm)));
        var highest = bumps.Select(b => b.Mm).DefaultIfEmpty(0).Max();
        var noses = highest < LeastNoseMm ? bumps : Uppermost(bumps.FindAll(b => b.Mm >= NoseShare * highest));
        var tip = noses.Count == 0 ? (Vector3?)null : noses.MinBy(n => n.Place.Y).Place;
        // A slab of the vault has a front too; it is no nose.
        return tip is { } found && found.Y < centre.Y - 60 ? found : null;
    }

    // The chin of a head that is tipped back stands out too, and farther: of two bumps the nose is the upper one.
    private static List<(Vector3 Place, double Mm)> Uppermost(List<(Vector3 Place, double Mm)> bumps)
    {
        bumps.Sort((a, b) => b.Place.Z.CompareTo(a.Place.Z));
        var end = 1;
        while (end < bumps.Count && bumps[end - 1].Place.Z - bumps[end].Place.Z <= BumpGapMm)
        {
            end++;
        }

        return bumps[..end];
    }

    private Vector3 BrainCentre()
    {
        if (_brain is not null && _brain.Labels.AsSpan().IndexOfAnyExcept((byte)0) >= 0)
        {
            return Centre(Enumerable.Range(0, _brain.Labels.Length).Where(i => _brain.Labels[i] != 0).Select(i =>
            {
                var (line, column) = Math.DivRem(i, _brain.Geometry.Columns);
                var (slice, row) = Math.DivRem(line, _brain.Geometry.Rows);
                return _brain.Geometry.ToPatient(column, row, slice);
            }));
        }

        var voxels = Enumerable.Range(0, _body.Voxels.Length).Where(i => _body.Voxels[i]).ToList();
        var top = voxels.Count == 0 ? 0 : Place(voxels[^1]).Z;
        var upper = voxels.Select(Place).Where(p => p.Z > top - (2 * CrownToBrainMm) + 40).ToList();
        return upper.Count == 0 ? new Vector3(0, 0, 0) : Centre(upper) with { Z = top - CrownToBrainMm };
    }

    private static Vector3 Centre(IEnumerable<Vector3> places)
    {
        var (sum, count) = (new Vector3(0, 0, 0), 0);
        foreach (var place in places)
        {
            (sum, count) = (sum + place, count + 1);
        }

        return sum * (1.0 / Math.Max(1, count));
    }

    private List<int> Window(Vector3 tip, double halfWidth, double low, double high) =>
    [
        .. _front.Where(i => i >= 0 && Place(i) is var p && Math.Abs(p.X - tip.X) <= halfWidth && p.Z >= tip.Z + low && p.Z <= tip.Z + high
            && p.Y < tip.Y + 70 && !IsInHole(i)),
    ];

    // Metal in teeth leaves holes of no signal: the foremost voxel behind one is the inside of a mouth, no skin. Corners of
    // eyes and mouths are no holes in this sense: a disc of that size reaches into them.
    private bool IsInHole(int at) => _relief.InHoleMm(at, HoleRadiusMm) > HoleDepthMm;

    private double? Ear(Vector3 tip, int side, BinaryGrid labels)
    {
        var shape = _grid.Shape;
        var skin = new List<Vector3>();
        for (var slice = 0; slice < shape.Slices; slice++)
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                var p = _grid.ToPatient(0, row, slice);
                var outermost = Outermost(row, slice, side);
                if (outermost >= 0 && p.Y > tip.Y + EarNearest && p.Y < tip.Y + EarFarthest && Math.Abs(p.Z - tip.Z) < EarAside)
                {
                    skin.Add(_grid.ToPatient(outermost, row, slice));
                }
            }
        }

        if (skin.Count == 0)
        {
            return null;
        }

        var point = skin.MaxBy(p => side * p.X);
        var (first, last) = (_grid.Origin.X, _grid.ToPatient(shape.Columns - 1, 0, 0).X);
        var isCut = side < 0 ? point.X - first < BorderMm : last - point.X < BorderMm;
        return isCut ? null : Share([.. skin.Where(p => (p - point).Length <= EarRadiusMm).Select(IndexOf)], labels);
    }

    private int Outermost(int row, int slice, int side)
    {
        var line = _body.Voxels.AsSpan(_grid.Shape.Index(0, row, slice), _grid.Shape.Columns);
        return side < 0 ? line.IndexOf(true) : line.LastIndexOf(true);
    }

    private static double Share(List<int> voxels, BinaryGrid labels) =>
        voxels.Count == 0 ? 0 : voxels.Count(i => labels.Voxels[i]) / (double)voxels.Count;

    private BinaryGrid OnGrid(MaskVolume mask)
    {
        var (shape, geometry) = (_grid.Shape, mask.Geometry);
        var result = new BinaryGrid(shape);
        Parallel.For(0, shape.Slices, slice =>
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                for (var column = 0; column < shape.Columns; column++)
                {
                    var (c, r, s) = geometry.ToVoxel(_grid.ToPatient(column, row, slice));
                    var (x, y, z) = ((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s));
                    result[column, row, slice] = (uint)x < (uint)geometry.Columns && (uint)y < (uint)geometry.Rows
                        && (uint)z < (uint)geometry.Slices && mask.Labels[geometry.Index(x, y, z)] != MaskVolume.Keep;
                }
            }
        });
        return result;
    }

    private int IndexOf(Vector3 place)
    {
        var (c, r, s) = _grid.ToVoxel(place);
        return _grid.Shape.Index((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s));
    }

    private Vector3 Place(int at)
    {
        var (line, column) = Math.DivRem(at, _grid.Shape.Columns);
        return _grid.ToPatient(column, line % _grid.Shape.Rows, line / _grid.Shape.Rows);
    }
}
