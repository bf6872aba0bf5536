using Defacer.Deidentify.Actions;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Profiles;

/// <summary>What a profile does with one attribute instead of what the table says.</summary>
/// <param name="Action">The action.</param>
/// <param name="Value">The value for <see cref="ActionCode.Set"/>.</param>
/// <param name="Filter">Conditions on the value, or null.</param>
internal sealed record ProfileOverride(ActionCode Action, string? Value, ValueFilter? Filter = null);

/// <summary>The overrides of a profile that name a path, as a tree of tags.</summary>
internal sealed class OverrideNode
{
    private readonly Dictionary<uint, ProfileOverride> _here = [];
    private readonly Dictionary<uint, OverrideNode> _inside = [];

    internal ProfileOverride? Find(DicomTag tag) => _here.GetValueOrDefault(tag.Value);

    internal OverrideNode? Inside(DicomTag sequence) => _inside.GetValueOrDefault(sequence.Value);

    internal void Add(ReadOnlySpan<DicomTag> path, ProfileOverride rule)
    {
        var node = this;
        foreach (var sequence in path[..^1])
        {
            if (!node._inside.TryGetValue(sequence.Value, out var next))
            {
                node._inside[sequence.Value] = next = new OverrideNode();
            }

            node = next;
        }

        node._here[path[^1].Value] = rule;
    }
}

/// <summary>The overrides of a profile: a single tag counts at every depth as the table's rows do, a path only where it
/// leads.</summary>
internal sealed class ProfileOverrides
{
    private readonly Dictionary<uint, ProfileOverride> _anywhere = [];

    internal OverrideNode Root { get; } = new();

    internal ProfileOverride? FindAnywhere(DicomTag tag) => _anywhere.GetValueOrDefault(tag.Value);

    internal void Add(ReadOnlySpan<DicomTag> path, ProfileOverride rule)
    {
        if (path.Length == 1)
        {
            _anywhere[path[0].Value] = rule;
        }
        else
        {
            Root.Add(path, rule);
        }
    }
}
