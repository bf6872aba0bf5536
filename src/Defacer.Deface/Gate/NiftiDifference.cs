using Defacer.Imaging.Nifti;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Gate;

/// <summary>What of a NIfTI file differs outside a mask: header and voxels, byte for byte.</summary>
internal static class NiftiDifference
{
    /// <summary>Number of voxels that differ outside the mask; every voxel when the files are not of one form.</summary>
    internal static int Outside(NiftiFile input, NiftiFile output, MaskVolume mask)
    {
        var (a, b) = (input.Data, output.Data);
        if (!input.HasSameHeader(output) || a.Length != b.Length)
        {
            return mask.Labels.Length;
        }

        var voxels = mask.Labels.Length;
        var width = a.Length / (voxels * input.Volumes);
        var changed = 0;
        for (var i = 0; i < voxels * input.Volumes; i++)
        {
            var isKept = mask.Labels[i % voxels] == MaskVolume.Keep;
            changed += isKept && !a.AsSpan(i * width, width).SequenceEqual(b.AsSpan(i * width, width)) ? 1 : 0;
        }

        return changed;
    }
}
