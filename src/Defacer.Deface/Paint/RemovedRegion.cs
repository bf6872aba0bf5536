using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Paint;

/// <summary>What was cut from a patient: the masks of every stack of one frame of reference.</summary>
/// <param name="masks">As painted; an empty one for a stack that stayed as it was.</param>
internal sealed class RemovedRegion(IReadOnlyList<MaskVolume> masks)
{
    // A single slice has no neighbour that says how thick it is.
    private const double LoneSliceMm = 1;

    /// <summary>
    /// Whether a position of the patient was cut away, or no stack shows it: there nobody has looked for a face.
    /// </summary>
    internal bool Contains(Vector3 position)
    {
        var isSeen = false;
        foreach (var mask in masks)
        {
            if (LabelAt(mask, position) is { } label)
            {
                isSeen = true;
                if (label != MaskVolume.Keep)
                {
                    return true;
                }
            }
        }

        return !isSeen;
    }

    private static byte? LabelAt(MaskVolume mask, Vector3 position)
    {
        var grid = mask.Geometry;
        var (column, row, slice) = grid.ToVoxel(position);
        slice = grid.Slices > 1 ? slice : Math.Abs(slice) <= LoneSliceMm ? 0 : -1;
        var (c, r, s) = (Math.Round(column), Math.Round(row), Math.Round(slice));
        return c >= 0 && c < grid.Columns && r >= 0 && r < grid.Rows && s >= 0 && s < grid.Slices
            ? mask.Labels[grid.Index((int)c, (int)r, (int)s)]
            : null;
    }
}
