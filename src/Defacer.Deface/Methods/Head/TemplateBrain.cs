using System.Numerics;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;
using Vector3 = Defacer.Imaging.Geometry.Vector3;

namespace Defacer.Deface.Methods.Head;

/// <summary>Where half of all heads have brain: what no cut may ever touch.</summary>
internal static class TemplateBrain
{
    /// <summary>The brain on a grid, 1 where it is.</summary>
    internal static MaskVolume OnGrid(HeadPose pose, VolumeGeometry geometry, CancellationToken cancellationToken)
    {
        var result = new MaskVolume(geometry);
        var brain = HeadTemplate.Mean.BrainCells;
        var (low, high) = HeadTemplate.Mean.BrainBox;
        var step = pose.ToTemplate(geometry.ColumnStep) - pose.ToTemplate(new Vector3(0, 0, 0));
        Parallel.For(0, geometry.Slices, new ParallelOptions { CancellationToken = cancellationToken }, slice =>
        {
            for (var row = 0; row < geometry.Rows; row++)
            {
                var line = result.Labels.AsSpan(geometry.Index(0, row, slice), geometry.Columns);
                var start = pose.ToTemplate(geometry.ToPatient(0, row, slice));
                var (from, to) = Within(start, step, low, high, line.Length);
                for (var i = from; i <= to; i++)
                {
                    line[i] = brain.IsAbove(start + (step * i)) ? (byte)1 : (byte)0;
                }
            }
        });
        return result;
    }

    /// <summary>Takes the brain out of a mask.</summary>
    internal static void Keep(MaskVolume mask, MaskVolume brain)
    {
        var plane = mask.Geometry.Columns * mask.Geometry.Rows;
        Parallel.For(0, mask.Geometry.Slices, slice =>
        {
            var labels = mask.Labels.AsSpan(slice * plane, plane);
            var kept = brain.Labels.AsSpan(slice * plane, plane);
            // 1 becomes 0 and clears, 0 becomes 255 and leaves.
            var i = 0;
            for (; i <= labels.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                (new Vector<byte>(labels[i..]) & (new Vector<byte>(kept[i..]) - Vector<byte>.One)).CopyTo(labels[i..]);
            }

            for (; i < labels.Length; i++)
            {
                labels[i] &= (byte)(kept[i] - 1);
            }
        });
    }

    private static (int From, int To) Within(Vector3 start, Vector3 step, Vector3 low, Vector3 high, int count)
    {
        var (from, to) = (0.0, count - 1.0);
        LineClip.Narrow(ref from, ref to, start.X, step.X, low.X, high.X);
        LineClip.Narrow(ref from, ref to, start.Y, step.Y, low.Y, high.Y);
        LineClip.Narrow(ref from, ref to, start.Z, step.Z, low.Z, high.Z);
        return ((int)Math.Ceiling(from), (int)Math.Floor(to));
    }
}
