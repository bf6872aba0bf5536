using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Fill;

/// <summary>
/// What disturbs later processing least: air of -1000 HU in CT, no activity in PET, noise of air elsewhere.
/// </summary>
public sealed class AutoFill : IFill
{
    /// <inheritdoc/>
    public string Name => "auto";

    /// <inheritdoc/>
    public IFillValues Prepare(Volume volume, MaskVolume mask, ulong seed) => volume.Modality switch
    {
        "CT" => new ConstantFill(ZeroFill.AirHU),
        "PT" => new ConstantFill(0),
        _ => new AirNoiseFill().Prepare(volume, mask, seed),
    };
}
