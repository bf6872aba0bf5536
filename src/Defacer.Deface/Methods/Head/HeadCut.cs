using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// What is taken from a head: in front of a surface below the face, and outward of a surface below each ear.
/// </summary>
/// <param name="pose">Of the head.</param>
/// <param name="face">y (head axes, mm) in front of which the face goes, over (x, z); NaN where there is no
/// face.</param>
/// <param name="right">x outward of which the right ear goes, over (y, z); NaN where there is no ear.</param>
/// <param name="left">The same for the left ear.</param>
internal sealed class HeadCut(HeadPose pose, DepthMap face, DepthMap right, DepthMap left)
{
    internal HeadPose Pose => pose;

    internal DepthMap Face => face;

    internal DepthMap Right => right;

    internal DepthMap Left => left;

    /// <summary>The label at a position: outward to wherever the field of view ends.</summary>
    internal byte LabelAt(Vector3 patient)
    {
        var h = pose.ToHead(patient);
        if (Covers(face, h.X, h.Z) && h.Y <= face.Nearest(h.X, h.Z))
        {
            return MaskVolume.Face;
        }

        var (ear, side) = h.X < 0 ? (right, -h.X) : (left, h.X);
        return Covers(ear, h.Y, h.Z) && side >= ear.Nearest(h.Y, h.Z) ? MaskVolume.Ears : MaskVolume.Keep;
    }

    /// <summary>The mask on a grid; a voxel goes when any part of it, seen every 2 mm, lies in what is taken.</summary>
    internal MaskVolume OnGrid(VolumeGeometry geometry, CancellationToken cancellationToken)
    {
        var mask = new MaskVolume(geometry);
        var offsets = Offsets(geometry);
        Region[] regions = [new(face, MaskVolume.Face), new(right, MaskVolume.Ears), new(left, MaskVolume.Ears)];
        var step = pose.Turned(geometry.ColumnStep);
        Parallel.For(0, geometry.Slices, new ParallelOptions { CancellationToken = cancellationToken }, slice =>
        {
            for (var row = 0; row < geometry.Rows; row++)
            {
                var line = mask.Labels.AsSpan(geometry.Index(0, row, slice), geometry.Columns);
                var start = geometry.ToPatient(0, row, slice);
                foreach (var offset in offsets[slice])
                {
                    var place = pose.ToHead(start + offset);
                    regions[0].Mark(line, new HeadLine(place.X, place.Z, place.Y, step.X, step.Z, step.Y));
                    // Outward of an ear is away from the middle; both become "less is farther out", like the face's y.
                    regions[1].Mark(line, new HeadLine(place.Y, place.Z, place.X, step.Y, step.Z, step.X));
                    regions[2].Mark(line, new HeadLine(place.Y, place.Z, -place.X, step.Y, step.Z, -step.X));
                }
            }
        });
        return mask;
    }

    private static bool Covers(DepthMap map, double u, double v) =>
        u >= map.U(0) && u <= map.U(map.Columns - 1) && v >= map.V(0) && v <= map.V(map.Rows - 1);

    // A row of voxels seen by a map: where it runs over (u, v), and how deep.
    private readonly record struct HeadLine(double U, double V, double Depth, double StepU, double StepV, double StepDepth);

    // One map with the label of what lies farther out than it says. Ears are kept as -x, so that less is farther out.
    private sealed class Region
    {
        private readonly DepthMap _map;
        private readonly float[] _limits;
        private readonly double _deepest;
        private readonly byte _label;

        internal Region(DepthMap map, byte label)
        {
            (_map, _label) = (map, label);
            _limits = label == MaskVolume.Face ? map.Values : Array.ConvertAll(map.Values, side => -side);
            var deepest = _limits.Where(v => !float.IsNaN(v)).DefaultIfEmpty(float.NegativeInfinity).Max();
            // An ear never reaches past the middle of the head.
            _deepest = label == MaskVolume.Face ? deepest : Math.Min(deepest, 0);
        }

        // Only the part of the row that can be hit is walked.
        internal void Mark(Span<byte> line, HeadLine at)
        {
            var (low, high) = (0.0, line.Length - 1.0);
            LineClip.Narrow(ref low, ref high, at.U, at.StepU, _map.U(0), _map.U(_map.Columns - 1));
            LineClip.Narrow(ref low, ref high, at.V, at.StepV, _map.V(0), _map.V(_map.Rows - 1));
            LineClip.Narrow(ref low, ref high, at.Depth, at.StepDepth, double.NegativeInfinity, _deepest);
            var scale = 1 / _map.StepMm;
            for (var i = (int)Math.Ceiling(low); i <= high; i++)
            {
                if (line[i] == MaskVolume.Keep)
                {
                    var column = Math.Clamp((int)(((at.U + (i * at.StepU) - _map.U(0)) * scale) + 0.5), 0, _map.Columns - 1);
                    var row = Math.Clamp((int)(((at.V + (i * at.StepV) - _map.V(0)) * scale) + 0.5), 0, _map.Rows - 1);
                    line[i] = at.Depth + (i * at.StepDepth) <= _limits[(row * _map.Columns) + column] ? _label : MaskVolume.Keep;
                }
            }
        }
    }

    // The slice's own thickness: half way to each neighbour.
    private static Vector3[][] Offsets(VolumeGeometry geometry)
    {
        var columns = Parts(geometry.ColumnStep);
        var rows = Parts(geometry.RowStep);
        return [.. Enumerable.Range(0, geometry.Slices).Select(slice =>
        {
            var depth = geometry.ToPatient(0, 0, slice + 0.5) - geometry.ToPatient(0, 0, slice - 0.5);
            return (Vector3[])[.. from d in Parts(depth) from r in rows from c in columns select d + r + c];
        })];
    }

    // The centre first: it decides the label where a voxel touches both.
    private static Vector3[] Parts(Vector3 step)
    {
        var count = (int)Math.Ceiling(step.Length / 2);
        return count <= 1
            ? [new Vector3(0, 0, 0)]
            : [.. Enumerable.Range(0, count + 1).Select(i => (i / (double)count) - 0.5).OrderBy(Math.Abs).Select(part => step * part)];
    }
}
