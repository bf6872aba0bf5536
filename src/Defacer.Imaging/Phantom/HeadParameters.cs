namespace Defacer.Imaging.Phantom;

/// <summary>What differs from head to head; 1 is the mean adult. All follows from a seed.</summary>
public sealed record HeadParameters
{
    /// <summary>Width of the head.</summary>
    public float Width { get; init; } = 1;

    /// <summary>Length from brow to back.</summary>
    public float Length { get; init; } = 1;

    /// <summary>Height of the skull.</summary>
    public float Height { get; init; } = 1;

    /// <summary>Length of the face below the eyes.</summary>
    public float FaceLength { get; init; } = 1;

    /// <summary>Size of the nose.</summary>
    public float Nose { get; init; } = 1;

    /// <summary>Hump of the bridge of the nose, mm.</summary>
    public float NoseHumpMm { get; init; } = 1;

    /// <summary>Fullness of the lips.</summary>
    public float Lips { get; init; } = 1;

    /// <summary>How far the chin stands out, mm beyond the mean.</summary>
    public float ChinMm { get; init; }

    /// <summary>Width of the jaw.</summary>
    public float Jaw { get; init; } = 1;

    /// <summary>Strength of the brow.</summary>
    public float Brow { get; init; } = 1;

    /// <summary>Fullness of the cheeks.</summary>
    public float Cheeks { get; init; } = 1;

    /// <summary>Size of the ears.</summary>
    public float Ears { get; init; } = 1;

    /// <summary>Angle at which the ears stand off, degrees.</summary>
    public float EarAngleDegrees { get; init; } = 28;

    /// <summary>Fat under the skin, mm.</summary>
    public float FatMm { get; init; } = 4;

    /// <summary>Bend of the middle plane, mm, with sign.</summary>
    public float BendMm { get; init; } = 1.5f;

    /// <summary>How much higher the left side is than the right, mm, with sign.</summary>
    public float SkewMm { get; init; } = 1;

    /// <summary>Where the folds of the brain lie.</summary>
    public float FoldPhase { get; init; }

    /// <summary>A head of a seed; the same seed gives the same head. Seed 0 is the mean adult.</summary>
    public static HeadParameters FromSeed(int seed)
    {
        if (seed == 0)
        {
            return new HeadParameters();
        }

        var noise = new NoiseSource((ulong)(uint)seed, 0x4ead);
        var size = Around(1, 0.05f);
        return new HeadParameters
        {
            Width = size * Around(1, 0.035f),
            Length = size * Around(1, 0.035f),
            Height = size * Around(1, 0.03f),
            FaceLength = Around(1, 0.06f),
            Nose = Around(1, 0.14f),
            NoseHumpMm = Around(1, 1.4f),
            Lips = Around(1, 0.3f),
            ChinMm = Around(0, 2.5f),
            Jaw = Around(1, 0.06f),
            Brow = Around(1, 0.35f),
            Cheeks = Around(1, 0.3f),
            Ears = Around(1, 0.08f),
            EarAngleDegrees = Around(28, 6),
            FatMm = Math.Max(1.5f, Around(4, 1)),
            BendMm = Around(0, 1.6f),
            SkewMm = Around(0, 1.2f),
            FoldPhase = Around(0, 40),
        };

        float Around(float mean, float deviation) => mean + (deviation * Math.Clamp(noise.Normal(), -2, 2));
    }
}
