namespace Defacer.Imaging.Phantom;

/// <summary>What a point of the phantom is made of.</summary>
internal enum Tissue : byte
{
    Air,
    Skin,
    Fat,
    Muscle,
    Cartilage,
    CorticalBone,
    Marrow,
    Tooth,
    Mucosa,
    Fluid,
    GreyMatter,
    WhiteMatter,
    Vitreous,
    Lens,
}

/// <summary>How tissues look, by modality.</summary>
internal static class TissueContrast
{
    // T1-weighted gradient echo in arbitrary units: fat bright, white matter above grey, water dark.
    private static readonly float[] s_t1 = [0, 430, 900, 390, 420, 40, 640, 30, 470, 150, 480, 680, 130, 330];

    // Hounsfield units.
    private static readonly float[] s_ct = [-1000, 45, -95, 55, 95, 1150, 420, 2300, 40, 8, 38, 29, 10, 75];

    public static float[] Of(string modality) => modality == "CT" ? s_ct : s_t1;
}
