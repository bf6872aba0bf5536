using System.Buffers.Binary;
using System.IO.Compression;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// The mean head: signed distance to its skin and, per place, the share of heads whose brain reaches there. Axes left,
/// posterior, superior; origin in the centre of the brain; mm. How it was made: models/head-template/README.md.
/// </summary>
internal sealed class HeadTemplate
{
    private const uint Magic = 0x31544844; // "DHT1"
    private static readonly Lazy<HeadTemplate> s_mean = new(LoadMean);

    internal HeadTemplate(DistanceField distance, DistanceField brain)
    {
        Distance = distance;
        Brain = brain;
        SurfacePoints = FindSurface(distance);
        var inside = new BinaryGrid(brain.Shape, Array.ConvertAll(brain.Values, share => share >= 0.5f));
        BrainDistance = new DistanceField(DistanceTransform.Signed(inside, CancellationToken.None), brain.Shape, brain.Origin);
        BrainBox = Box(inside, brain.Origin);
        BrainFront = new FieldFront(brain, FaceRegion.BrainShare);
        BrainCells = new BrainCells(brain, 0.5f);
        Steepest = SteepestOf(distance);
    }

    /// <summary>The mean head that comes with the program.</summary>
    internal static HeadTemplate Mean => s_mean.Value;

    /// <summary>Signed distance to the skin, mm; negative inside.</summary>
    internal DistanceField Distance { get; }

    /// <summary>Share of heads with brain (everything inside the inner skull) here, 0 to 1.</summary>
    internal DistanceField Brain { get; }

    /// <summary>Signed distance to the surface of the mean brain, mm; negative inside.</summary>
    internal DistanceField BrainDistance { get; }

    /// <summary>What holds every place where half of the heads or more have brain.</summary>
    internal (Vector3 Low, Vector3 High) BrainBox { get; }

    /// <summary>Where the brain of any head may begin, seen from the front.</summary>
    internal FieldFront BrainFront { get; }

    /// <summary>Which cells of the grid lie wholly in what is brain in half of the heads, or wholly outside.</summary>
    internal BrainCells BrainCells { get; }

    /// <summary>The most that <see cref="Distance"/> changes along y, per mm.</summary>
    internal double Steepest { get; }

    /// <summary>Points of the skin, spread evenly; none at the cut through the neck.</summary>
    internal Vector3[] SurfacePoints { get; }

    /// <summary>Whether a place is neck: it bends and turns by itself, so it says nothing about the head.</summary>
    internal static bool IsNeck(Vector3 template) => template.Z < -118 || (template.Z < -70 && template.Y > -20);

    internal void Save(Stream stream)
    {
        using var deflate = new ZLibStream(stream, CompressionLevel.SmallestSize, leaveOpen: true);
        var shape = Distance.Shape;
        var head = new byte[32];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), shape.Columns);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), shape.Rows);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), shape.Slices);
        BinaryPrimitives.WriteSingleLittleEndian(head.AsSpan(16), (float)shape.ColumnMm);
        BinaryPrimitives.WriteSingleLittleEndian(head.AsSpan(20), (float)Distance.Origin.X);
        BinaryPrimitives.WriteSingleLittleEndian(head.AsSpan(24), (float)Distance.Origin.Y);
        BinaryPrimitives.WriteSingleLittleEndian(head.AsSpan(28), (float)Distance.Origin.Z);
        deflate.Write(head);
        // Half a millimetre is finer than heads are alike; beyond 63 mm only the sign matters.
        deflate.Write([.. Distance.Values.Select(v => unchecked((byte)(sbyte)Math.Clamp(Math.Round(v * 2), -127, 127)))]);
        deflate.Write([.. Brain.Values.Select(v => (byte)Math.Clamp(Math.Round(v * 255), 0, 255))]);
    }

    internal static HeadTemplate Load(Stream stream)
    {
        using var inflate = new ZLibStream(stream, CompressionMode.Decompress);
        var head = new byte[32];
        inflate.ReadExactly(head);
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic)
        {
            throw new InvalidDataException("The head template is damaged: install the program anew.");
        }

        var step = BinaryPrimitives.ReadSingleLittleEndian(head.AsSpan(16));
        var shape = new GridShape(
            BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4)),
            BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8)),
            BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)),
            step,
            step,
            step);
        var origin = new Vector3(
            BinaryPrimitives.ReadSingleLittleEndian(head.AsSpan(20)),
            BinaryPrimitives.ReadSingleLittleEndian(head.AsSpan(24)),
            BinaryPrimitives.ReadSingleLittleEndian(head.AsSpan(28)));
        var bytes = new byte[shape.VoxelCount];
        inflate.ReadExactly(bytes);
        var distance = Array.ConvertAll(bytes, b => unchecked((sbyte)b) / 2f);
        inflate.ReadExactly(bytes);
        var brain = Array.ConvertAll(bytes, b => b / 255f);
        return new HeadTemplate(new DistanceField(distance, shape, origin), new DistanceField(brain, shape, origin));
    }

    // A voxel wider on every side: between voxels the share falls gradually.
    private static (Vector3 Low, Vector3 High) Box(BinaryGrid inside, Vector3 origin)
    {
        var shape = inside.Shape;
        var (low, high) = (new Vector3(1e9, 1e9, 1e9), new Vector3(-1e9, -1e9, -1e9));
        for (var i = 0; i < inside.Voxels.Length; i++)
        {
            if (inside.Voxels[i])
            {
                var (line, column) = Math.DivRem(i, shape.Columns);
                var (slice, row) = Math.DivRem(line, shape.Rows);
                low = new Vector3(Math.Min(low.X, column), Math.Min(low.Y, row), Math.Min(low.Z, slice));
                high = new Vector3(Math.Max(high.X, column), Math.Max(high.Y, row), Math.Max(high.Z, slice));
            }
        }

        var one = new Vector3(1, 1, 1);
        return (origin + ((low - one) * shape.ColumnMm), origin + ((high + one) * shape.ColumnMm));
    }

    private static double SteepestOf(DistanceField field)
    {
        var (shape, most) = (field.Shape, 0f);
        for (var i = 0; i < field.Values.Length - shape.Columns; i++)
        {
            most = Math.Max(most, i / shape.Columns % shape.Rows < shape.Rows - 1 ? Math.Abs(field.Values[i + shape.Columns] - field.Values[i]) : 0);
        }

        return most / shape.RowMm;
    }

    private static HeadTemplate LoadMean()
    {
        using var stream = typeof(HeadTemplate).Assembly.GetManifestResourceStream("Defacer.Deface.head-template.bin")
            ?? throw new InvalidDataException("The head template is missing from the program.");
        return Load(stream);
    }

    private static Vector3[] FindSurface(DistanceField distance)
    {
        var shape = distance.Shape;
        var points = new List<Vector3>();
        for (var s = 1; s < shape.Slices - 1; s++)
        {
            for (var r = 1; r < shape.Rows - 1; r++)
            {
                for (var c = 1; c < shape.Columns - 1; c++)
                {
                    // A voxel is about half its edge from the surface that cuts it.
                    var place = distance.Origin + new Vector3(c * shape.ColumnMm, r * shape.RowMm, s * shape.SliceMm);
                    if (Math.Abs(distance.Values[shape.Index(c, r, s)]) < shape.ColumnMm * 0.5 && !IsNeck(place))
                    {
                        points.Add(place);
                    }
                }
            }
        }

        return [.. points];
    }
}
