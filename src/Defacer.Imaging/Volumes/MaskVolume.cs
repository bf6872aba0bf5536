using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Volumes;

/// <summary>A label for each voxel of a grid.</summary>
/// <param name="geometry">Where the voxels lie.</param>
/// <param name="labels">[slice, row, column].</param>
public sealed class MaskVolume(VolumeGeometry geometry, byte[] labels)
{
    /// <summary>The voxel stays as it is.</summary>
    public const byte Keep = 0;

    /// <summary>The voxel belongs to the face, or to the air in front of it.</summary>
    public const byte Face = 1;

    /// <summary>The voxel belongs to an ear, or to the air beside it.</summary>
    public const byte Ears = 2;

    /// <summary>An empty mask.</summary>
    public MaskVolume(VolumeGeometry geometry)
        : this(geometry, new byte[geometry.VoxelCount])
    {
    }

    /// <summary>Where the voxels lie.</summary>
    public VolumeGeometry Geometry { get; } = geometry;

    /// <summary>[slice, row, column].</summary>
    public byte[] Labels { get; } = labels.Length == geometry.VoxelCount
        ? labels
        : throw new ArgumentException($"{labels.Length} labels do not fill a grid of {geometry.VoxelCount}.", nameof(labels));
}
