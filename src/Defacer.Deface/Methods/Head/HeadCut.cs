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
        Parallel.For(0, geometry.Slices, new ParallelOptions { CancellationToken = cancellationToken }, slice =>
        {
            for (var row = 0; row < geometry.Rows; row++)
            {
                var start = geometry.ToPatient(0, row, slice);
                var at = geometry.Index(0, row, slice);
                for (var column = 0; column < geometry.Columns; column++)
                {
                    mask.Labels[at + column] = Touched(start + (geometry.ColumnStep * column), offsets[slice]);
                }
            }
        });
        return mask;
    }

    private byte Touched(Vector3 centre, Vector3[] offsets)
    {
        foreach (var offset in offsets)
        {
            if (LabelAt(centre + offset) is var label and not MaskVolume.Keep)
            {
                return label;
            }
        }

        return MaskVolume.Keep;
    }

    private static bool Covers(DepthMap map, double u, double v) =>
        u >= map.U(0) && u <= map.U(map.Columns - 1) && v >= map.V(0) && v <= map.V(map.Rows - 1);

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
