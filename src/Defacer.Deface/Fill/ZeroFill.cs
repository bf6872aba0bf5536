using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Fill;

/// <summary>Nothing: 0 in MR and PET. In CT 0 HU would be water, so air is taken there.</summary>
public sealed class ZeroFill : IFill
{
    /// <summary>Air, HU.</summary>
    internal const double AirHU = -1000;

    /// <inheritdoc/>
    public string Name => "zero";

    /// <inheritdoc/>
    public IFillValues Prepare(Volume volume, MaskVolume mask, ulong seed) =>
        new ConstantFill(volume.Modality == "CT" ? AirHU : 0);
}
