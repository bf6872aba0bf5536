using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Fill;

/// <summary>What replaces removed voxels.</summary>
public interface IFill
{
    /// <summary>The name in settings, report and command line.</summary>
    string Name { get; }

    /// <summary>Prepares the fill of one stack.</summary>
    /// <param name="volume">As it came.</param>
    /// <param name="mask">What is removed, on the grid of the volume.</param>
    /// <param name="seed">Of the noise, where there is any: the same seed gives the same bytes.</param>
    IFillValues Prepare(Volume volume, MaskVolume mask, ulong seed);
}

/// <summary>The values of the removed voxels of one stack.</summary>
public interface IFillValues
{
    /// <summary>The value in the unit of the modality; the painter rounds it to what the frame can store.</summary>
    /// <param name="voxel">Index in [slice, row, column].</param>
    double At(int voxel);
}
