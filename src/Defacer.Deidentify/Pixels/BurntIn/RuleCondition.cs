using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Pixels.BurntIn;

/// <summary>What a line of the rules asks of an attribute.</summary>
/// <param name="Index">Its number among the conditions of all rules.</param>
/// <param name="Tag">The attribute.</param>
/// <param name="Kind">contains_ci, equals, empty, missing or present.</param>
/// <param name="Alternatives">One of these.</param>
internal sealed record RuleCondition(int Index, DicomTag Tag, string Kind, string[] Alternatives)
{
    private const ushort OverlayData = 0x3000;

    /// <summary>Whether it asks for an overlay (PS3.3 C.9.2).</summary>
    internal bool IsOverlay => Tag.Group is >= 0x6000 and <= 0x601E && !Tag.IsPrivate;

    /// <param name="dataset">The object.</param>
    /// <param name="values">The attribute's values in it.</param>
    internal bool Holds(DicomDataset dataset, IReadOnlyList<string> values)
    {
        if (IsOverlay && dataset.Contains(new DicomTag(Tag.Group, OverlayData)))
        {
            // The plane goes with its group, and its text with it; the pixels below are the anatomy.
            return false;
        }

        return Kind switch
        {
            "missing" => !dataset.Contains(Tag),
            "present" => dataset.Contains(Tag),
            "empty" => dataset.Contains(Tag) && values.All(v => v.Length == 0),
            "equals" => values.Count > 0 && Alternatives.Contains(values[0], StringComparer.Ordinal),
            _ => values.Any(v => Alternatives.Any(a => v.Contains(a, StringComparison.OrdinalIgnoreCase))),
        };
    }
}

/// <summary>The answers to conditions for one object: hundreds of rules ask the same few things.</summary>
internal sealed class ConditionAnswers(DicomDataset dataset, int conditions)
{
    private readonly bool?[] _answers = new bool?[conditions];
    private readonly Dictionary<DicomTag, IReadOnlyList<string>> _values = [];

    internal bool Holds(RuleCondition condition)
    {
        if (_answers[condition.Index] is { } known)
        {
            return known;
        }

        if (!_values.TryGetValue(condition.Tag, out var values))
        {
            _values[condition.Tag] = values = dataset.GetStrings(condition.Tag);
        }

        return (_answers[condition.Index] = condition.Holds(dataset, values)).Value;
    }
}
