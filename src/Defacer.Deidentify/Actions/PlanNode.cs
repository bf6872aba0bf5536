using System.Collections.Concurrent;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// The rules for the attributes at one place of one IOD: the top level, or the items of a sequence. A rule is worked
/// out when an attribute is first met and then kept. Safe to use from several threads.
/// </summary>
internal sealed class PlanNode
{
    // More different tags in one place than the dictionary has are somebody's attack on our memory.
    private const int MaxCached = 8192;

    private readonly RulePlan _plan;
    private readonly IodNode? _iod;
    private readonly DicomTag? _sequence;
    private readonly OverrideNode? _overrides;
    private readonly ConcurrentDictionary<uint, ElementRule> _rules = new();
    private readonly ConcurrentDictionary<uint, PlanNode> _inside = new();

    internal PlanNode(RulePlan plan, IodNode? iod, DicomTag? sequence, OverrideNode? overrides)
    {
        _plan = plan;
        _iod = iod;
        _sequence = sequence;
        _overrides = overrides;
    }

    /// <summary>The rule for a tag at this place.</summary>
    internal ElementRule For(DicomTag tag)
    {
        if (_rules.TryGetValue(tag.Value, out var rule))
        {
            return rule;
        }

        rule = Make(tag);
        if (_rules.Count < MaxCached)
        {
            _rules[tag.Value] = rule;
        }

        return rule;
    }

    /// <summary>The rules for the items of a sequence at this place.</summary>
    internal PlanNode Inside(DicomTag sequence)
    {
        if (_inside.TryGetValue(sequence.Value, out var node))
        {
            return node;
        }

        var iod = _iod?.Find(sequence);
        var overrides = _overrides?.Inside(sequence);
        // Off the tree all places with the same sequence are alike, so that nesting makes no new nodes.
        node = iod is null && overrides is null
            ? _plan.OffTree(sequence)
            : new PlanNode(_plan, iod, sequence, overrides);
        return _inside.Count < MaxCached ? _inside.GetOrAdd(sequence.Value, node) : node;
    }

    private ElementRule Make(DicomTag tag)
    {
        if (IsOutOfPlace(tag))
        {
            return new ElementRule
            {
                Action = ActionCode.Remove,
                Source = RuleSource.Structure,
                Type = AttributeType.Type3
            };
        }

        var profile = _plan.Profile;
        var entry = tag.IsPrivate ? null : DicomDictionary.Find(tag);
        var type = TypeOf(tag);
        if ((_overrides?.Find(tag) ?? profile.Overrides.FindAnywhere(tag)) is { } own)
        {
            return new ElementRule
            {
                Action = own.Action,
                Source = RuleSource.Profile,
                Type = type,
                Entry = entry,
                Value = own.Value,
            };
        }

        var table = profile.Tables.Confidentiality;
        if (table.Find(tag) is { } row)
        {
            var (code, source) = profile.CodeFor(row);
            // Z/D asks for D where the IOD does; in an IOD that is not known in full, some module may.
            var safe = code == "Z/D" && !_plan.IsComplete ? AttributeType.Unknown : type;
            return new ElementRule
            {
                Action = CompoundCode.Resolve(code, safe)
                    ?? throw new InvalidDataException($"confidentiality.json: '{code}' of {tag} is no action code."),
                Source = source,
                Code = code,
                Type = type,
                Entry = entry,
            };
        }

        return new ElementRule
        {
            Action = entry is null ? ActionCode.Remove : CompoundCode.Resolve("X/Z/D", type)!.Value,
            Source = RuleSource.Unlisted,
            Type = type,
            Entry = entry,
            Judged = entry is null ? UnlistedKind.Unsafe : profile.Tables.Unlisted.KindOf(entry),
        };
    }

    // Commands, file meta information and directory records have no place in a data set; group lengths are void after
    // any change; trailing padding holds anything; an overlay without its data is no overlay (PS3.15 E.1, PS3.5 §7.2).
    private static bool IsOutOfPlace(DicomTag tag) =>
        tag.Group < 0x0008 || tag.IsGroupLength || tag.Group >= 0xFFFC
        || tag.Group is >= 0x6000 and <= 0x601E && (tag.Group & 1) == 0;

    private AttributeType TypeOf(DicomTag tag)
    {
        // The parts of a code (PS3.3 Table 8.8-1) are required wherever there is one, also in items that are in no IOD.
        if (_sequence is { IsPrivate: false }
            && (tag == DicomTag.CodeValue || tag == DicomTag.CodingSchemeDesignator || tag == DicomTag.CodeMeaning))
        {
            return AttributeType.Type1;
        }

        if (_iod?.Find(tag) is { } node)
        {
            return node.Type;
        }

        if (_plan.IsComplete || tag.IsPrivate || _sequence is { IsPrivate: true })
        {
            return AttributeType.Type3;
        }

        return _sequence is { } sequence ? _plan.Profile.Tables.IodTypes.TypeInside(sequence, tag)
            : AttributeType.Unknown;
    }
}

/// <summary>The rules of one profile for one IOD.</summary>
internal sealed class RulePlan
{
    private readonly ConcurrentDictionary<uint, PlanNode> _offTree = new();

    internal RulePlan(Profile profile, IodTree tree)
    {
        Profile = profile;
        IsComplete = tree.IsComplete;
        Root = new PlanNode(this, tree.Root, null, profile.Overrides.Root);
    }

    internal Profile Profile { get; }

    /// <summary>Whether what is not in the tree is not in the IOD.</summary>
    internal bool IsComplete { get; }

    internal PlanNode Root { get; }

    /// <summary>The place inside a sequence that the IOD's tree does not hold.</summary>
    internal PlanNode OffTree(DicomTag sequence) =>
        _offTree.TryGetValue(sequence.Value, out var node) || _offTree.Count >= 4096
        ? node ?? new PlanNode(this, null, sequence, null)
        : _offTree.GetOrAdd(sequence.Value, _ => new PlanNode(this, null, sequence, null));
}
