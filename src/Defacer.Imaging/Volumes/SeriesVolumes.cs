using System.Globalization;
using Defacer.Dicom.Files;
using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Volumes;

/// <summary>
/// The volumes of a series. Every frame given is in exactly one stack, or its instance is named by a problem;
/// slices are
/// placed by Image Position and Image Orientation alone (PS3.3 §C.7.6.2), never by Spacing Between Slices or numbers.
/// </summary>
/// <param name="Stacks">In the order of their first instance.</param>
/// <param name="Problems">What forms no volume, and why.</param>
public sealed record SeriesVolumes(IReadOnlyList<SeriesStack> Stacks, IReadOnlyList<SeriesProblem> Problems)
{
    // More planes than a localiser has, each with one slice.
    private const int MostSinglePlanes = 9;

    /// <summary>Builds the volumes of the instances of one series.</summary>
    /// <param name="seriesInstances">In any order; pixel data are not read.</param>
    public static SeriesVolumes Build(IReadOnlyList<DicomFile> seriesInstances)
    {
        var frames = new List<StackFrame>();
        var problems = new List<SeriesProblem>();
        for (var i = 0; i < seriesInstances.Count; i++)
        {
            if (InstanceFrames.Read(seriesInstances[i], i, frames) is { } problem)
            {
                problems.Add(problem);
            }
        }

        var grids = GroupByGrid(frames);
        if (grids.Count > MostSinglePlanes && grids.TrueForAll(g => g.Count == 1))
        {
            problems.Add(Problem(
                SeriesCause.MixedOrientation, $"{grids.Count} single slices all lie in different planes.", frames));
            return new SeriesVolumes([], problems);
        }

        var stacks = new List<SeriesStack>();
        for (var i = 0; i < grids.Count; i++)
        {
            var plane = grids.Count == 1
                ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $"Plane #{i + 1}");
            foreach (var part in StackSeparation.Separate(grids[i]))
            {
                AddStack(part, plane, stacks, problems);
            }
        }

        return new SeriesVolumes(stacks, problems);
    }

    private static List<List<StackFrame>> GroupByGrid(List<StackFrame> frames)
    {
        var grids = new List<List<StackFrame>>();
        foreach (var frame in frames)
        {
            var grid = grids.Find(g => g[0].IsOnSameGrid(frame));
            if (grid is null)
            {
                grids.Add([frame]);
            }
            else
            {
                grid.Add(frame);
            }
        }

        return grids;
    }

    private static void AddStack(StackPart part, string plane, List<SeriesStack> stacks, List<SeriesProblem> problems)
    {
        var first = part.Frames[0];
        if (part.Collisions > 0)
        {
            var positions = part.Frames.CountBy(f => f.Position).Count(c => c.Value > 1);
            problems.Add(Problem(
                SeriesCause.DuplicatePosition,
                $"{positions} positions have several slices that no attribute tells apart.",
                part.Frames));
            return;
        }

        if ((long)first.Rows * first.Columns * part.Frames.Count > Array.MaxLength)
        {
            problems.Add(Problem(
                SeriesCause.TooLarge,
                $"{part.Frames.Count} slices of {first.Rows} x {first.Columns} are too large for one volume.",
                part.Frames));
            return;
        }

        var sorted = part.Frames.OrderBy(f => f.Position).ToList();
        var gaps = SliceSpacing.FindGaps([.. sorted.Select(f => f.Height)], [.. sorted.Select(f => f.PositionNumber)]);
        if (gaps.Count > 0)
        {
            problems.Add(Gap(sorted, gaps));
            return;
        }

        var geometry = new VolumeGeometry(
            first.Columns, first.Rows, first.ColumnStep, first.RowStep, [.. sorted.Select(f => f.Origin)]);
        var key = plane.Length > 0 && part.Key.Length > 0 ? $"{plane}, {part.Key}" : plane + part.Key;
        stacks.Add(new SeriesStack(
            geometry,
            [.. sorted.Select(f => f.Location)],
            first.Modality,
            first.FrameOfReferenceUID,
            first.SeriesInstanceUID,
            key,
            SliceSpacing.Warnings(geometry)));
    }

    private static SeriesProblem Gap(List<StackFrame> sorted, IReadOnlyList<int> gaps)
    {
        var where = gaps.Take(10).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"{sorted[i + 1].Height - sorted[i].Height:0.##} mm after slice {i + 1}"));
        var more = gaps.Count > 10 ? ", ..." : string.Empty;
        return Problem(
            SeriesCause.Gap,
            $"Slices are missing in a stack of {sorted.Count}: {string.Join(", ", where)}{more}.",
            sorted);
    }

    private static SeriesProblem Problem(SeriesCause cause, string detail, IEnumerable<StackFrame> frames) =>
        new(cause, detail, [.. frames.Select(f => f.Location.Instance).Distinct().Order()]);
}
