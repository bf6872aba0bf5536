using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Tests;

/// <summary>Small stacks of every kind that scanners make.</summary>
internal static class Geometries
{
    public static VolumeGeometry Named(string name) => name switch
    {
        "axial" => Stack(new(1.5, 0, 0), new(0, 1.5, 0), new(0, 0, 4)),
        "sagittal" => Stack(new(0, 1.2, 0), new(0, 0, -1.2), new(-2.5, 0, 0)),
        "coronal" => Stack(new(1.3, 0, 0), new(0, 0, -1.3), new(0, 3, 0)),
        "oblique" => Oblique(),
        "tilted" => Stack(new(1.5, 0, 0), new(0, 1.4, 0.5), new(0, 0, 4)),
        "uneven" => Uneven(),
        "falling" => Stack(new(1.5, 0, 0), new(0, 1.5, 0), new(0, 0, -4)),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private static VolumeGeometry Stack(Vector3 column, Vector3 row, Vector3 step) => new(
        24, 20, column, row, [.. Enumerable.Range(0, 10).Select(k => new Vector3(-17, 12, 30) + (step * k))]);

    private static VolumeGeometry Oblique()
    {
        var column = new Vector3(0.9, 0.3, -0.2).Normalized;
        var normal = column.Cross(new Vector3(0.1, 0.8, 0.5)).Normalized;
        return Stack(column * 1.4, normal.Cross(column) * 1.6, normal * 3.7);
    }

    private static VolumeGeometry Uneven() => new(
        24,
        20,
        new Vector3(1.5, 0, 0),
        new Vector3(0, 1.5, 0),
        [.. new double[] { 0, 3, 6, 11, 13, 17, 20 }.Select(z => new Vector3(-17, 12, 30 + z))]);
}
