using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Morphology;

/// <summary>A set of voxels of a grid.</summary>
public sealed class BinaryGrid
{
    /// <summary>The empty set.</summary>
    /// <param name="shape">Size and spacing.</param>
    public BinaryGrid(GridShape shape)
        : this(shape, new bool[shape.VoxelCount])
    {
    }

    /// <summary>The set over an array, which is not copied.</summary>
    /// <param name="shape">Size and spacing.</param>
    /// <param name="voxels">[slice, row, column].</param>
    public BinaryGrid(GridShape shape, bool[] voxels)
    {
        if (voxels.Length != shape.VoxelCount)
        {
            throw new ArgumentException(
                $"{voxels.Length} voxels do not fill a grid of {shape.VoxelCount}.", nameof(voxels));
        }

        Shape = shape;
        Voxels = voxels;
    }

    /// <summary>Size and spacing.</summary>
    public GridShape Shape { get; }

    /// <summary>[slice, row, column].</summary>
    public bool[] Voxels { get; }

    /// <summary>Whether a voxel is in the set.</summary>
    public bool this[int column, int row, int slice]
    {
        get => Voxels[Shape.Index(column, row, slice)];
        set => Voxels[Shape.Index(column, row, slice)] = value;
    }

    /// <summary>Number of voxels in the set.</summary>
    public int Count => MemoryMarshal.AsBytes(Voxels.AsSpan()).Count((byte)1);

    /// <summary>Volume of the set, mm³.</summary>
    public double VolumeMm3 => Count * Shape.VoxelMm3;

    /// <summary>The voxels whose value is above a threshold; NaN is not.</summary>
    public static BinaryGrid Above(GridShape shape, ReadOnlySpan<float> values, float threshold)
    {
        var grid = new BinaryGrid(shape);
        for (var i = 0; i < values.Length; i++)
        {
            grid.Voxels[i] = values[i] > threshold;
        }

        return grid;
    }

    /// <summary>The voxels whose label is not 0 or, where given, is this one.</summary>
    public static BinaryGrid Labelled(GridShape shape, ReadOnlySpan<byte> labels, byte? label = null)
    {
        var grid = new BinaryGrid(shape);
        for (var i = 0; i < labels.Length; i++)
        {
            grid.Voxels[i] = label is null ? labels[i] != 0 : labels[i] == label;
        }

        return grid;
    }

    /// <summary>A copy.</summary>
    public BinaryGrid Copy() => new(Shape, (bool[])Voxels.Clone());

    /// <summary>The voxels in both sets.</summary>
    public BinaryGrid And(BinaryGrid other)
    {
        var result = new BinaryGrid(Shape);
        TensorPrimitives.BitwiseAnd(Bytes(this), Bytes(Same(other)), Bytes(result));
        return result;
    }

    /// <summary>The voxels in either set.</summary>
    public BinaryGrid Or(BinaryGrid other)
    {
        var result = new BinaryGrid(Shape);
        TensorPrimitives.BitwiseOr(Bytes(this), Bytes(Same(other)), Bytes(result));
        return result;
    }

    /// <summary>The voxels of this set that are not in the other.</summary>
    public BinaryGrid Except(BinaryGrid other) => And(other.Not());

    /// <summary>The voxels that are not in the set.</summary>
    public BinaryGrid Not()
    {
        var result = new BinaryGrid(Shape);
        TensorPrimitives.Xor(Bytes(this), (byte)1, Bytes(result));
        return result;
    }

    /// <summary>The set on voxels of twice the edge: each is in it when half of its eight or more are.</summary>
    public BinaryGrid Halved()
    {
        var (columns, rows, slices) = ((Shape.Columns + 1) / 2, (Shape.Rows + 1) / 2, (Shape.Slices + 1) / 2);
        var result = new BinaryGrid(new GridShape(columns, rows, slices, 2 * Shape.ColumnMm, 2 * Shape.RowMm, 2 * Shape.SliceMm));
        Parallel.For(0, slices, slice =>
        {
            var counts = new byte[columns];
            for (var row = 0; row < rows; row++)
            {
                Array.Clear(counts);
                for (var part = 0; part < 4; part++)
                {
                    var (r, s) = ((2 * row) + (part & 1), (2 * slice) + (part >> 1));
                    if (r < Shape.Rows && s < Shape.Slices)
                    {
                        CountPairs(Voxels.AsSpan(Shape.Index(0, r, s), Shape.Columns), counts);
                    }
                }

                for (var column = 0; column < columns; column++)
                {
                    result[column, row, slice] = counts[column] >= 4;
                }
            }
        });
        return result;
    }

    /// <summary>The set of <see cref="Halved"/> voxels on those of a grid that was halved.</summary>
    public BinaryGrid Doubled(GridShape shape)
    {
        var result = new BinaryGrid(shape);
        Parallel.For(0, shape.Slices, slice =>
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                var from = Voxels.AsSpan(Shape.Index(0, row / 2, slice / 2), Shape.Columns);
                var to = result.Voxels.AsSpan(shape.Index(0, row, slice), shape.Columns);
                for (var column = 0; column < to.Length; column++)
                {
                    to[column] = from[column / 2];
                }
            }
        });
        return result;
    }

    /// <summary>The smallest box that holds the set; null when it is empty.</summary>
    public ((int Column, int Row, int Slice) Low, (int Column, int Row, int Slice) High)? Box()
    {
        var (low, high) = ((Column: Shape.Columns, Row: Shape.Rows, Slice: Shape.Slices), (Column: -1, Row: -1, Slice: -1));
        for (var line = 0; line < Shape.Rows * Shape.Slices; line++)
        {
            var voxels = Voxels.AsSpan(line * Shape.Columns, Shape.Columns);
            if (voxels.IndexOf(true) is var first and >= 0)
            {
                var (slice, row) = Math.DivRem(line, Shape.Rows);
                low = (Math.Min(low.Column, first), Math.Min(low.Row, row), Math.Min(low.Slice, slice));
                high = (Math.Max(high.Column, voxels.LastIndexOf(true)), Math.Max(high.Row, row), Math.Max(high.Slice, slice));
            }
        }

        return high.Column < 0 ? null : (low, high);
    }

    private static void CountPairs(ReadOnlySpan<bool> line, Span<byte> counts)
    {
        for (var column = 0; column < line.Length; column++)
        {
            counts[column / 2] += line[column] ? (byte)1 : (byte)0;
        }
    }

    private BinaryGrid Same(BinaryGrid other) => other.Voxels.Length == Voxels.Length
        ? other
        : throw new ArgumentException("The grids differ in size.", nameof(other));

    private static Span<byte> Bytes(BinaryGrid grid) => MemoryMarshal.AsBytes(grid.Voxels.AsSpan());
}
