using Defacer.Imaging.Morphology;
using Defacer.Imaging.Volumes;

namespace Defacer.Imaging.Render;

/// <summary>The value that parts body and air, by modality.</summary>
public static class SurfaceThreshold
{
    /// <summary>
    /// Between air (-1000 HU) and fat (-100 HU), nearer to fat so that foam and cloth stay invisible.
    /// </summary>
    public const float CtHounsfield = -300;

    // Air of MR is noise and ghosts: well above both, yet below fat-suppressed skin.
    private const double MrDeviations = 6;
    private const double ShareOfOtsu = 0.45;

    /// <summary>The threshold for a volume; NaN where it holds no finite value.</summary>
    public static float For(Volume volume)
    {
        if (volume.Modality == "CT")
        {
            return CtHounsfield;
        }

        var air = IntensityStatistics.Background(volume.Voxels);
        var aboveNoise = air.Mode + (MrDeviations * air.Spread);
        var aboveGhosts = air.Mode + (ShareOfOtsu * (air.Otsu - air.Mode));
        return (float)Math.Min(Math.Max(aboveNoise, aboveGhosts), air.Otsu);
    }
}
