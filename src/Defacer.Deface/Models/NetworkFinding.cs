using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Models;

/// <summary>What a network gives for a voxel, in the order of its classes.</summary>
internal enum HeadClass
{
    /// <summary>Air, holders, tables.</summary>
    Outside,

    /// <summary>Anything of the head that is nothing below.</summary>
    Head,

    /// <summary>The brain with its fluid.</summary>
    Brain,

    /// <summary>The eyeballs.</summary>
    Eyes,

    /// <summary>The soft front of the head, brow to chin.</summary>
    Face,

    /// <summary>The patient's right ear.</summary>
    RightEar,

    /// <summary>The patient's left ear.</summary>
    LeftEar,
}

/// <summary>What the two networks say about a volume.</summary>
/// <param name="Presence">Probability that a head is in view.</param>
/// <param name="GateMl">Volume of each class by the coarse network, ml.</param>
/// <param name="Cells">Classes near face and ears by the fine network; null when the coarse one found no face.</param>
internal sealed record NetworkFinding(double Presence, IReadOnlyList<double> GateMl, NetworkCells? Cells);

/// <summary>The most likely class of each voxel of a cube.</summary>
/// <param name="Classes">[z, y, x].</param>
/// <param name="Size">Voxels along an edge.</param>
/// <param name="SpacingMm">Edge of a voxel, mm.</param>
/// <param name="Origin">Centre of the first voxel, patient mm.</param>
internal sealed record NetworkCells(HeadClass[] Classes, int Size, double SpacingMm, Vector3 Origin)
{
    internal GridShape Shape => new(Size, Size, Size, SpacingMm, SpacingMm, SpacingMm);

    /// <summary>The class at a position; null beyond the cube.</summary>
    internal HeadClass? At(Vector3 patient)
    {
        var p = (patient - Origin) * (1 / SpacingMm);
        var (x, y, z) = ((int)Math.Floor(p.X + 0.5), (int)Math.Floor(p.Y + 0.5), (int)Math.Floor(p.Z + 0.5));
        return (uint)x < (uint)Size && (uint)y < (uint)Size && (uint)z < (uint)Size
            ? Classes[(((z * Size) + y) * Size) + x]
            : null;
    }

    internal Vector3 ToPatient(int x, int y, int z) => Origin + new Vector3(x * SpacingMm, y * SpacingMm, z * SpacingMm);

    /// <summary>Volume of a class, ml.</summary>
    internal double Ml(HeadClass wanted) => Classes.AsSpan().Count(wanted) * SpacingMm * SpacingMm * SpacingMm / 1000;
}
