using System.Globalization;

namespace Defacer.Imaging.Volumes;

/// <summary>Frames that form one stack, or would if no two were at the same position.</summary>
/// <param name="Frames">In the order of the list given.</param>
/// <param name="Key">What separated them.</param>
internal sealed record StackPart(IReadOnlyList<StackFrame> Frames, string Key)
{
    /// <summary>Frames beyond the first at each position.</summary>
    internal int Collisions => Frames.Count - Frames.Select(f => f.Position).Distinct().Count();
}

/// <summary>
/// Separates frames of one grid into volumes when several are at the same position: by the attributes that leave the
/// fewest collisions in the fewest parts, one after the other; at last by the order of instances, when that is the same
/// at every position.
/// </summary>
internal static class StackSeparation
{
    // Decimal strings of the same position differ by rounding, motion-corrected ones by microns; no scanner has
    // slices this thin.
    private const double SamePositionMm = 0.05;

    /// <summary>
    /// Sets the position of every frame and separates them. A part that still collides could not be separated.
    /// </summary>
    internal static IReadOnlyList<StackPart> Separate(IReadOnlyList<StackFrame> frames)
    {
        FindPositions(frames);
        var most = frames.CountBy(f => f.Position).Max(c => c.Value);
        List<StackPart> parts = [new(frames, string.Empty)];

        // An attribute that differs from slice to slice (a time) separates everything and means nothing.
        var mostParts = Math.Min(2 * most, Math.Max(most, frames.Count / 2));
        var unused = StackAttribute.All.ToList();
        while (parts.Sum(p => p.Collisions) > 0 && BestSplit(parts, unused, mostParts) is var (attribute, split))
        {
            unused.Remove(attribute);
            parts = split;
        }

        return [.. parts.SelectMany(p => p.Collisions > 0 ? ByOrder(p) : [p])];
    }

    private static void FindPositions(IReadOnlyList<StackFrame> frames)
    {
        var normal = frames[0].ColumnStep.Cross(frames[0].RowStep).Normalized;
        foreach (var frame in frames)
        {
            frame.Height = frame.Origin.Dot(normal);
        }

        var position = 0;
        StackFrame? previous = null;
        foreach (var frame in frames.OrderBy(f => f.Height))
        {
            if (previous is not null && frame.Height - previous.Height > SamePositionMm)
            {
                position++;
            }

            frame.Position = position;
            previous = frame;
        }
    }

    private static (StackAttribute Attribute, List<StackPart> Parts)? BestSplit(
        List<StackPart> parts, List<StackAttribute> attributes, int mostParts)
    {
        (StackAttribute, List<StackPart>)? best = null;
        var (fewest, count) = (parts.Sum(p => p.Collisions), int.MaxValue);
        foreach (var attribute in attributes)
        {
            var split = parts.SelectMany(p => Split(p, attribute)).Take(mostParts + 1).ToList();
            if (split.Count > mostParts || split.Count == parts.Count)
            {
                continue;
            }

            var collisions = split.Sum(p => p.Collisions);
            if (collisions < fewest || (collisions == fewest && best is not null && split.Count < count))
            {
                (fewest, count, best) = (collisions, split.Count, (attribute, split));
            }
        }

        return best;
    }

    private static IEnumerable<StackPart> Split(StackPart part, StackAttribute attribute)
    {
        var groups = part.Frames.GroupBy(attribute.Value, StringComparer.Ordinal)
            .OrderBy(g => Number(g.Key))
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .ToList();
        return groups.Count == 1
            ? [part]
            : groups.Select((g, i) => new StackPart([.. g], Join(part.Key, Label(attribute.Name, g.Key, i))));
    }

    // Numbers are shown; text may hold anything and is counted instead.
    private static string Label(string name, string? value, int index) =>
        name is not ("AcquisitionTime" or "Instance") && Number(value) is var number && double.IsFinite(number)
            ? string.Create(CultureInfo.InvariantCulture, $"{name} {number:0.###}")
            : string.Create(CultureInfo.InvariantCulture, $"{name} #{index + 1}");

    private static double Number(string? value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : double.PositiveInfinity;

    private static string Join(string key, string label) => key.Length == 0 ? label : $"{key}, {label}";

    // Repetitions without any attribute: the k-th instance at each position belongs to the k-th volume, when every
    // position has as many and their numbers differ.
    private static IEnumerable<StackPart> ByOrder(StackPart part)
    {
        var positions = part.Frames.GroupBy(f => f.Position).ToList();
        var repetitions = positions[0].Count();
        var isRegular = positions.Count > 1 && positions.TrueForAll(p => p.Count() == repetitions
            && p.All(f => f.InstanceNumber is not null)
            && p.Select(f => (f.InstanceNumber, f.Location.Frame)).Distinct().Count() == repetitions);
        if (!isRegular)
        {
            return [part];
        }

        var ordered = positions.ConvertAll(
            p => p.OrderBy(f => f.InstanceNumber).ThenBy(f => f.Location.Frame).ToList());
        return Enumerable.Range(0, repetitions)
            .Select(k => new StackPart([.. ordered.Select(p => p[k])], Join(part.Key, Label("Repetition", null, k))));
    }
}
