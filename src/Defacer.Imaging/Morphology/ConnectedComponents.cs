using System.Runtime.InteropServices;
using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Morphology;

/// <summary>Which voxels are neighbours.</summary>
public enum Connectivity
{
    /// <summary>The six that share a side.</summary>
    Sides,

    /// <summary>The 26 that share a side, an edge or a corner.</summary>
    Corners,
}

/// <summary>The connected parts of a set, the largest first. Found by joining runs of neighbouring rows.</summary>
public sealed class ConnectedComponents
{
    private readonly GridShape _shape;
    private readonly List<Run> _runs;
    private readonly int[] _partOfRun;

    private ConnectedComponents(GridShape shape, List<Run> runs, int[] partOfRun, int[] sizes)
    {
        _shape = shape;
        _runs = runs;
        _partOfRun = partOfRun;
        Sizes = sizes;
    }

    /// <summary>Voxels of each part, the largest first.</summary>
    public IReadOnlyList<int> Sizes { get; }

    /// <summary>Number of parts.</summary>
    public int Count => Sizes.Count;

    /// <summary>Finds the parts.</summary>
    public static ConnectedComponents Of(BinaryGrid grid, Connectivity connectivity)
    {
        var (runs, firstRunOfRow) = FindRuns(grid);
        var parent = new int[runs.Count];
        for (var i = 0; i < parent.Length; i++)
        {
            parent[i] = i;
        }

        Join(grid.Shape, CollectionsMarshal.AsSpan(runs), firstRunOfRow, parent, connectivity == Connectivity.Corners);
        var sizeOfRoot = new int[runs.Count];
        for (var i = 0; i < parent.Length; i++)
        {
            sizeOfRoot[Root(parent, i)] += runs[i].End - runs[i].Start;
        }

        var roots = Enumerable.Range(0, runs.Count).Where(i => sizeOfRoot[i] > 0)
            .OrderByDescending(i => sizeOfRoot[i]).ThenBy(i => i).ToArray();
        var partOfRoot = new int[runs.Count];
        for (var part = 0; part < roots.Length; part++)
        {
            partOfRoot[roots[part]] = part;
        }

        var partOfRun = new int[runs.Count];
        for (var i = 0; i < partOfRun.Length; i++)
        {
            partOfRun[i] = partOfRoot[Root(parent, i)];
        }

        return new ConnectedComponents(grid.Shape, runs, partOfRun, [.. roots.Select(r => sizeOfRoot[r])]);
    }

    /// <summary>The largest part; empty when the set is.</summary>
    public BinaryGrid Largest() => Where(part => part == 0);

    /// <summary>The parts of at least this volume, mm³.</summary>
    public BinaryGrid AtLeast(double mm3) => Where(part => Sizes[part] * _shape.VoxelMm3 >= mm3);

    /// <summary>The parts that share a voxel with another set.</summary>
    public BinaryGrid Touching(BinaryGrid other)
    {
        var touched = new bool[Count];
        for (var i = 0; i < _runs.Count; i++)
        {
            touched[_partOfRun[i]] |= other.Voxels.AsSpan(_runs[i].Start, _runs[i].End - _runs[i].Start).Contains(true);
        }

        return Where(part => touched[part]);
    }

    /// <summary>How many voxels each part shares with another set.</summary>
    public int[] Shared(BinaryGrid other)
    {
        var shared = new int[Count];
        for (var i = 0; i < _runs.Count; i++)
        {
            shared[_partOfRun[i]] += other.Voxels.AsSpan(_runs[i].Start, _runs[i].End - _runs[i].Start).Count(true);
        }

        return shared;
    }

    /// <summary>The parts that reach a border of the grid; a grid of one slice has no border above and below.</summary>
    public BinaryGrid TouchingBorder()
    {
        var touched = new bool[Count];
        for (var i = 0; i < _runs.Count; i++)
        {
            var line = _runs[i].Start / _shape.Columns;
            var (slice, row) = Math.DivRem(line, _shape.Rows);
            var start = _runs[i].Start - (line * _shape.Columns);
            var end = _runs[i].End - (line * _shape.Columns);
            touched[_partOfRun[i]] |= start == 0 || end == _shape.Columns || row == 0 || row == _shape.Rows - 1
                || (_shape.Slices > 1 && (slice == 0 || slice == _shape.Slices - 1));
        }

        return Where(part => touched[part]);
    }

    /// <summary>The parts (numbered from 0, the largest first) that fulfil a condition.</summary>
    public BinaryGrid Where(Func<int, bool> condition)
    {
        var result = new BinaryGrid(_shape);
        var chosen = new bool[Count];
        for (var part = 0; part < chosen.Length; part++)
        {
            chosen[part] = condition(part);
        }

        for (var i = 0; i < _runs.Count; i++)
        {
            if (chosen[_partOfRun[i]])
            {
                result.Voxels.AsSpan(_runs[i].Start, _runs[i].End - _runs[i].Start).Fill(true);
            }
        }

        return result;
    }

    /// <summary>[slice, row, column]: 0 outside the set, else the number of the part, the largest is 1.</summary>
    public int[] Labels()
    {
        var labels = new int[_shape.VoxelCount];
        for (var i = 0; i < _runs.Count; i++)
        {
            labels.AsSpan(_runs[i].Start, _runs[i].End - _runs[i].Start).Fill(_partOfRun[i] + 1);
        }

        return labels;
    }

    private static (List<Run> Runs, int[] FirstRunOfRow) FindRuns(BinaryGrid grid)
    {
        var runs = new List<Run>();
        var lines = grid.Shape.Rows * grid.Shape.Slices;
        var first = new int[lines + 1];
        for (var line = 0; line < lines; line++)
        {
            first[line] = runs.Count;
            var offset = line * grid.Shape.Columns;
            var rest = grid.Voxels.AsSpan(offset, grid.Shape.Columns);
            for (var start = rest.IndexOf(true); start >= 0; start = rest.IndexOf(true))
            {
                var length = rest[start..].IndexOf(false);
                length = length < 0 ? rest.Length - start : length;
                runs.Add(new Run(offset + start, offset + start + length));
                rest = rest[(start + length)..];
                offset += start + length;
            }
        }

        first[lines] = runs.Count;
        return (runs, first);
    }

    private static void Join(GridShape shape, ReadOnlySpan<Run> runs, int[] first, int[] parent, bool corners)
    {
        for (var slice = 0; slice < shape.Slices; slice++)
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                var line = (slice * shape.Rows) + row;
                if (row > 0)
                {
                    JoinLines(runs, first, parent, line, line - 1, shape.Columns, corners);
                }

                if (slice == 0)
                {
                    continue;
                }

                var reach = corners ? 1 : 0;
                for (var r = Math.Max(0, row - reach); r <= Math.Min(shape.Rows - 1, row + reach); r++)
                {
                    JoinLines(runs, first, parent, line, line - shape.Rows + r - row, shape.Columns, corners);
                }
            }
        }
    }

    private static void JoinLines(
        ReadOnlySpan<Run> runs, int[] first, int[] parent, int lineA, int lineB, int columns, bool corners)
    {
        var shift = (lineA - lineB) * columns;
        var reach = corners ? 1 : 0;
        var (a, b) = (first[lineA], first[lineB]);
        while (a < first[lineA + 1] && b < first[lineB + 1])
        {
            if (runs[a].Start < runs[b].End + shift + reach && runs[b].Start + shift < runs[a].End + reach)
            {
                var (rootA, rootB) = (Root(parent, a), Root(parent, b));
                parent[Math.Max(rootA, rootB)] = Math.Min(rootA, rootB);
            }

            if (runs[a].End < runs[b].End + shift)
            {
                a++;
            }
            else
            {
                b++;
            }
        }
    }

    private static int Root(int[] parent, int i)
    {
        while (parent[i] != i)
        {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }

        return i;
    }

    /// <summary>Neighbouring voxels of one row that are in the set: [Start, End) in the array.</summary>
    private readonly record struct Run(int Start, int End);
}
