using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Volumes;

/// <summary>Voxel values on their own grid.</summary>
/// <param name="geometry">Where the voxels lie.</param>
/// <param name="voxels">
/// [slice, row, column] in the modality's unit after rescale: HU, Bq/ml, or arbitrary for MR.
/// </param>
/// <param name="modality">(0008,0060): MR, CT, PT.</param>
public sealed class Volume(VolumeGeometry geometry, float[] voxels, string modality)
{
    /// <summary>Where the voxels lie.</summary>
    public VolumeGeometry Geometry { get; } = geometry;

    /// <summary>[slice, row, column] in the modality's unit.</summary>
    public float[] Voxels { get; } = voxels.Length == geometry.VoxelCount
        ? voxels
        : throw new ArgumentException($"{voxels.Length} voxels do not fill a grid of {geometry.VoxelCount}.", nameof(voxels));

    /// <summary>(0008,0060).</summary>
    public string Modality { get; } = modality;
}
