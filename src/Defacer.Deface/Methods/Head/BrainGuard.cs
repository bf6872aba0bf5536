using Defacer.Deface.Models;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// The brain as the fine network sees it, and a rim around it: no cut goes there. Never near the skin: a guard that reached
/// the skin would keep a piece of face.
/// </summary>
internal sealed class BrainGuard
{
    // Less or more is no brain; a slab shows a part of one.
    private const double SmallestMl = 100, LargestMl = 2200;

    // mm: what stays between cut and brain; and how deep below the skin a brain begins.
    private const double RimMm = 4, LeastDepthMm = 10;

    private readonly NetworkCells _cells;
    private readonly BinaryGrid _brain;
    private readonly BinaryGrid _guarded;

    private BrainGuard(NetworkCells cells, BinaryGrid brain, BinaryGrid guarded)
    {
        (_cells, _brain, _guarded) = (cells, brain, guarded);
    }

    /// <summary>The guard of a finding; null when what it calls brain cannot be one.</summary>
    /// <param name="cells">Of the network.</param>
    /// <param name="distance">Signed distance to the body, negative inside, mm.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal static BrainGuard? Of(NetworkCells cells, DistanceField distance, CancellationToken cancellationToken)
    {
        var found = new BinaryGrid(cells.Shape, Array.ConvertAll(cells.Classes, c => c == HeadClass.Brain));
        var brain = ConnectedComponents.Of(found, Connectivity.Sides).Largest();
        if (brain.VolumeMm3 / 1000 is < SmallestMl or > LargestMl)
        {
            return null;
        }

        Deepen(brain, cells, distance, LeastDepthMm);
        var guarded = brain.Dilate(RimMm, cancellationToken);
        return new BrainGuard(cells, brain, guarded);
    }

    /// <summary>Volume of what a cut takes of the guarded region, as a share of what it takes of the body in the cube.</summary>
    internal double BlockedShare(HeadCut cut, DistanceField distance)
    {
        // Every third voxel; a layer each, so that cores can share them.
        var layer = _cells.Size * _cells.Size;
        var (blocked, taken) = (0, 0);
        Parallel.For(0, _cells.Size, () => (Blocked: 0, Taken: 0), (z, _, sum) =>
        {
            for (var i = ((z * layer) + 2) / 3 * 3; i < (z + 1) * layer; i += 3)
            {
                var place = PlaceOf(i);
                if (cut.LabelAt(place) != MaskVolume.Keep && distance.At(place) < 0)
                {
                    sum = (sum.Blocked + (_guarded.Voxels[i] ? 1 : 0), sum.Taken + 1);
                }
            }

            return sum;
        }, sum =>
        {
            Interlocked.Add(ref blocked, sum.Blocked);
            Interlocked.Add(ref taken, sum.Taken);
        });
        return taken == 0 ? 0 : blocked / (double)taken;
    }

    /// <summary>Takes the guarded region out of a mask and adds the brain itself to what is promised.</summary>
    internal void Apply(MaskVolume mask, MaskVolume kept, CancellationToken cancellationToken)
    {
        var geometry = mask.Geometry;
        if (_guarded.Box() is not { } box)
        {
            return;
        }

        // A voxel wider than what is guarded: rounding must not lose one.
        var (from, to) = (Inside(box.Low, -1), Inside(box.High, 1));
        Parallel.For(0, geometry.Slices, new ParallelOptions { CancellationToken = cancellationToken }, slice =>
        {
            var one = 1 / _cells.SpacingMm;
            var step = geometry.ColumnStep * one;
            for (var row = 0; row < geometry.Rows; row++)
            {
                var start = (geometry.ToPatient(0, row, slice) - _cells.Origin) * one;
                var (low, high) = (0.0, geometry.Columns - 1.0);
                LineClip.Narrow(ref low, ref high, start.X, step.X, from.X, to.X);
                LineClip.Narrow(ref low, ref high, start.Y, step.Y, from.Y, to.Y);
                LineClip.Narrow(ref low, ref high, start.Z, step.Z, from.Z, to.Z);
                var line = geometry.Index(0, row, slice);
                for (var i = (int)Math.Ceiling(low); i <= high; i++)
                {
                    var p = start + (step * i);
                    var at = _guarded.Shape.Index((int)(p.X + 0.5), (int)(p.Y + 0.5), (int)(p.Z + 0.5));
                    mask.Labels[line + i] = _guarded.Voxels[at] ? MaskVolume.Keep : mask.Labels[line + i];
                    kept.Labels[line + i] |= _brain.Voxels[at] ? (byte)1 : (byte)0;
                }
            }
        });
    }

    private static void Deepen(BinaryGrid brain, NetworkCells cells, DistanceField distance, double leastDepthMm)
    {
        for (var i = 0; i < brain.Voxels.Length; i++)
        {
            if (brain.Voxels[i])
            {
                var (line, x) = Math.DivRem(i, cells.Size);
                brain.Voxels[i] = distance.At(cells.ToPatient(x, line % cells.Size, line / cells.Size)) <= -leastDepthMm;
            }
        }
    }

    private Vector3 Inside((int Column, int Row, int Slice) voxel, int more)
    {
        return new Vector3(At(voxel.Column), At(voxel.Row), At(voxel.Slice));

        double At(int index) => Math.Clamp(index + more, 0, _cells.Size - 1);
    }

    private Vector3 PlaceOf(int i)
    {
        var (line, x) = Math.DivRem(i, _cells.Size);
        return _cells.ToPatient(x, line % _cells.Size, line / _cells.Size);
    }
}
