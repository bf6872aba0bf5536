using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// What lies under the skin of the vault, ray by ray from the skin inward: a skull, or something else.
/// </summary>
internal sealed class HeadInterior
{
    private const int Rays = 600;

    // mm below the skin: where a skull may lie, and how far inward the ray is read.
    private const int SkullFrom = 2, SkullTo = 16, Deep = 40;

    // HU. Spongy bone is above it after partial volume, flesh and contrast in veins are not.
    private const float BoneHU = 250;

    // MR: bone and the fluid under it against what lies on both sides.
    private const double DarkShare = 0.6;

    // PET: scalp and skull take up little, the brain much.
    private const double UptakeRise = 2;

    private HeadInterior(int rays, double shell, double brainMedian)
    {
        (Count, Shell, BrainMedian) = (rays, shell, brainMedian);
    }

    /// <summary>Rays that could be read.</summary>
    internal int Count { get; }

    /// <summary>Share of the rays that cross something like a skull.</summary>
    internal double Shell { get; }

    /// <summary>Median of the middle of the vault, in the unit of the modality.</summary>
    internal double BrainMedian { get; }

    internal static HeadInterior Read(HeadScene scene, HeadPose pose, string modality)
    {
        var (count, crossing) = (0, 0);
        for (var i = 0; i < Rays; i++)
        {
            if (Direction(i) is { } direction && Profile(scene, pose, direction) is { } profile)
            {
                count++;
                crossing += CrossesSkull(profile, modality) ? 1 : 0;
            }
        }

        return new HeadInterior(count, count == 0 ? 0 : crossing / (double)count, Median(scene, pose));
    }

    // Evenly over the vault (golden spiral) from just below the equator; the face and the way into the neck are left
    // out.
    private static Vector3? Direction(int i)
    {
        var z = -0.1 + (1.1 * (i + 0.5) / Rays);
        var (sin, cos) = Math.SinCos(i * 2.399963);
        var radius = Math.Sqrt(1 - (z * z));
        var direction = new Vector3(radius * cos, radius * sin, z);
        return direction is { Y: < -0.3, Z: < 0.15 } ? null : direction;
    }

    // Values from the skin inward, 1 mm apart; null where the field of view ends the head.
    private static float[]? Profile(HeadScene scene, HeadPose pose, Vector3 direction)
    {
        for (var radius = 150; radius > 40; radius--)
        {
            if (!scene.IsBody(pose.FromHead(direction * radius)))
            {
                continue;
            }

            if (float.IsNaN(scene.ValueAt(pose.FromHead(direction * (radius + 4)))))
            {
                return null;
            }

            var profile = new float[Deep];
            for (var depth = 0; depth < Deep; depth++)
            {
                profile[depth] = scene.ValueAt(pose.FromHead(direction * (radius - depth)));
            }

            return profile;
        }

        return null;
    }

    private static bool CrossesSkull(float[] profile, string modality)
    {
        var zone = profile.AsSpan(0, SkullTo + 1);
        switch (modality)
        {
            case "CT":
                return System.Numerics.Tensors.TensorPrimitives.Max<float>(zone) > BoneHU
                    && profile[Deep - 10] is > -20 and < 120;
            case "PT":
                return profile[Deep - 10] > UptakeRise * profile[4];
            default:
                var lowest = SkullFrom;
                for (var depth = SkullFrom; depth <= SkullTo; depth++)
                {
                    lowest = profile[depth] < profile[lowest] ? depth : lowest;
                }

                var outer = Highest(profile.AsSpan(0, lowest + 1));
                var inner = Highest(profile.AsSpan(lowest, 14));
                return profile[lowest] < DarkShare * Math.Min(outer, inner);
        }
    }

    private static float Highest(ReadOnlySpan<float> values)
    {
        var highest = float.NegativeInfinity;
        foreach (var value in values)
        {
            highest = value > highest ? value : highest;
        }

        return highest;
    }

    private static double Median(HeadScene scene, HeadPose pose)
    {
        var values = new List<float>();
        for (var x = -48; x <= 48; x += 6)
        {
            for (var y = -60; y <= 60; y += 6)
            {
                for (var z = -10; z <= 48; z += 6)
                {
                    var value = scene.ValueAt(pose.FromTemplate(new Vector3(x, y, z)));
                    if (!float.IsNaN(value))
                    {
                        values.Add(value);
                    }
                }
            }
        }

        values.Sort();
        return values.Count == 0 ? double.NaN : values[values.Count / 2];
    }
}
