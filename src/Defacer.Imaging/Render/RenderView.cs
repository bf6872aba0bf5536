using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Render;

/// <summary>From where a head is looked at, in the patient's axes.</summary>
/// <param name="Name">Part of file names.</param>
/// <param name="YawDegrees">0 from the front; positive from the patient's left.</param>
/// <param name="PitchDegrees">Positive from above.</param>
public sealed record RenderView(string Name, double YawDegrees, double PitchDegrees)
{
    /// <summary>From the front.</summary>
    public static RenderView Front { get; } = new("front", 0, 0);

    /// <summary>From the patient's left, at an angle of 45 degrees.</summary>
    public static RenderView Left45 { get; } = new("left45", 45, 0);

    /// <summary>From the patient's left.</summary>
    public static RenderView Left { get; } = new("left", 90, 0);

    /// <summary>From the patient's right, at an angle of 45 degrees.</summary>
    public static RenderView Right45 { get; } = new("right45", -45, 0);

    /// <summary>From the patient's right.</summary>
    public static RenderView Right { get; } = new("right", -90, 0);

    /// <summary>All of these, from right to left.</summary>
    public static IReadOnlyList<RenderView> All { get; } = [Right, Right45, Front, Left45, Left];

    /// <summary>Unit vector from the eye into the scene.</summary>
    public Vector3 Forward
    {
        get
        {
            var (sinYaw, cosYaw) = Math.SinCos(YawDegrees * Math.PI / 180);
            var (sinPitch, cosPitch) = Math.SinCos(PitchDegrees * Math.PI / 180);
            return new Vector3(-sinYaw * cosPitch, cosYaw * cosPitch, -sinPitch);
        }
    }

    /// <summary>Unit vector to the right of the picture.</summary>
    public Vector3 ToTheRight
    {
        get
        {
            var (sinYaw, cosYaw) = Math.SinCos(YawDegrees * Math.PI / 180);
            return new Vector3(cosYaw, sinYaw, 0);
        }
    }

    /// <summary>Unit vector to the top of the picture.</summary>
    public Vector3 ToTheTop => ToTheRight.Cross(Forward);
}
