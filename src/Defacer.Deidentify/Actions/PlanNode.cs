using System.Collections.Concurrent;
using Defacer.Deidentify.Objects;
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

        if (tag == DicomTag.ContentSequence && _plan.KeepsContent)
        {
            return new ElementRule
            {
                Action = ActionCode.Keep,
                Source = RuleSource.Profile,
                Code = "D",
                Type = TypeOf(tag),
                Entry = DicomDictionary.Find(tag),
                Waives = _plan.ContentWaives,
            };
        }

        var profile = _plan.Profile;
        var entry = tag.IsPrivate ? null : DicomDictionary.Find(tag);
        var type = TypeOf(tag);
        if ((_overrides?.Find(tag) ?? profile.Overrides.FindAnywhere(tag)) is { } own)
        {
            return Override(tag, own, entry, type);
        }

        return profile.Tables.Confidentiality.Find(tag) is { } row ? Listed(tag, row, entry, type)
            : Unlisted(tag, entry, type);
    }

    private ElementRule Override(DicomTag tag, ProfileOverride own, DicomDictionaryEntry? entry, AttributeType type)
    {
        var row = _plan.Profile.Tables.Confidentiality.Find(tag);
        var waived = 0;
        if (row is not null && own.Action != ActionCode.Keep)
        {
            // What an option promises to retain and an override takes away is not claimed.
            foreach (var option in _plan.Profile.ActiveOptions)
            {
                var column = Array.IndexOf(_plan.Profile.Tables.Confidentiality.Options, option.Column);
                waived |= column >= 0 && row.Options[column] == "K" ? option.Bit : 0;
            }
        }

        return new ElementRule
        {
            // Removed or emptied as far as the object stays valid, as X and Z are.
            Action = own.Action == ActionCode.Remove ? Safe("X/Z/D", type)
                : own.Action == ActionCode.Zero ? Safe("Z/D", type) : own.Action,
            Source = RuleSource.Profile,
            Type = type,
            Entry = entry,
            Value = own.Value,
            Filter = own.Filter,
            Fallback = Safe(row?.Basic ?? "X/Z/D", type),
            Partner = PartnerOf(entry),
            Waives = waived,
        };
    }

    private ElementRule Listed(DicomTag tag, ConfidentialityRow row, DicomDictionaryEntry? entry, AttributeType type)
    {
        var choice = _plan.Profile.CodeFor(row);
        var fallback = Safe(row.Basic, type);
        var action = choice.Code == row.Basic ? fallback : CompoundCode.Resolve(choice.Code, type)
            ?? throw new InvalidDataException($"confidentiality.json: '{choice.Code}' of {tag} is no action code.");
        return new ElementRule
        {
            Action = action == ActionCode.Clean ? Cleaned(choice.Cleaner, entry, fallback) : action,
            Source = choice.Source,
            Code = choice.Code,
            Type = type,
            Entry = entry,
            Fallback = fallback,
            Partner = PartnerOf(entry),
            Waives = choice.Waived,
        };
    }

    private ElementRule Unlisted(DicomTag tag, DicomDictionaryEntry? entry, AttributeType type)
    {
        var profile = _plan.Profile;
        var basic = entry is null ? ActionCode.Remove : CompoundCode.Resolve("X/Z/D", type)!.Value;
        var judged = entry is null ? UnlistedKind.Unsafe : profile.Tables.Unlisted.KindOf(entry);
        ActionCode? retained = judged == UnlistedKind.InstanceUid && profile.Retains("retain-uids") ? ActionCode.Keep
            : judged != UnlistedKind.Unsafe || entry is not { VRs: [{ Code: "DA" or "DT" or "TM" }, ..] } ? null
            : profile.Dates == DateTreatment.Kept ? ActionCode.Keep
            : profile.Dates == DateTreatment.Shifted ? ActionCode.ShiftDate : null;
        return new ElementRule
        {
            Action = retained ?? basic,
            Source = retained is null ? RuleSource.Unlisted : RuleSource.Option,
            Type = type,
            Entry = entry,
            Judged = retained is null ? judged : null,
            Fallback = basic,
            Partner = PartnerOf(entry),
        };
    }

    // Z/D asks for D where the IOD does; in an IOD that is not known in full, some module may.
    private ActionCode Safe(string code, AttributeType type) =>
        CompoundCode.Resolve(code, code == "Z/D" && !_plan.IsComplete ? AttributeType.Unknown : type)
            ?? throw new InvalidDataException($"confidentiality.json: '{code}' is no action code.");

    private static ActionCode Cleaned(Cleaner cleaner, DicomDictionaryEntry? entry, ActionCode fallback)
    {
        var vr = entry is { VRs: [var first, ..] } ? first : null;
        return cleaner switch
        {
            Cleaner.Text when vr == DicomVR.SQ => ActionCode.Keep,
            Cleaner.Text when vr is { UsesCharacterSet: true } && vr != DicomVR.PN => ActionCode.Clean,
            Cleaner.Dates when vr is { Code: "DA" or "DT" or "TM" } || entry?.Tag == DicomTag.TimezoneOffsetFromUTC =>
                ActionCode.ShiftDate,
            Cleaner.Graphics when vr == DicomVR.SQ => ActionCode.Keep,
            Cleaner.Pseudonyms when vr == DicomVR.AE => ActionCode.Pseudonym,
            _ => fallback,
        };
    }

    // StudyDate and StudyTime, DateOfSecondaryCapture and TimeOfSecondaryCapture.
    private static DicomTag? PartnerOf(DicomDictionaryEntry? entry) => entry is { VRs: [{ Code: "DA" }, ..] }
        && DicomDictionary.Find(entry.Keyword.Replace("Date", "Time", StringComparison.Ordinal))
            is { VRs: [{ Code: "TM" }, ..] } partner
        ? partner.Tag
        : null;

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

    /// <param name="profile">The profile.</param>
    /// <param name="tree">The IOD.</param>
    /// <param name="kind">The kind of object that the IOD makes.</param>
    internal RulePlan(Profile profile, IodTree tree, ObjectKind kind)
    {
        Profile = profile;
        KeepsContent = kind is ObjectKind.StructuredReport or ObjectKind.KeyObjects;
        // The references of a key object selection are all its content; of a report more is left than D allows.
        ContentWaives = kind == ObjectKind.StructuredReport ? ProfileOption.BasicBit : 0;
        IsComplete = tree.IsComplete;
        Root = new PlanNode(this, tree.Root, null, profile.Overrides.Root);
    }

    internal Profile Profile { get; }

    /// <summary>Whether the content tree was cut down before (<see cref="ContentTree"/>), so that the rest
    /// stays.</summary>
    internal bool KeepsContent { get; }

    /// <summary>Bits of codes that an object with such a tree may not claim.</summary>
    internal int ContentWaives { get; }

    /// <summary>Whether what is not in the tree is not in the IOD.</summary>
    internal bool IsComplete { get; }

    internal PlanNode Root { get; }

    /// <summary>The place inside a sequence that the IOD's tree does not hold.</summary>
    internal PlanNode OffTree(DicomTag sequence) =>
        _offTree.TryGetValue(sequence.Value, out var node) || _offTree.Count >= 4096
        ? node ?? new PlanNode(this, null, sequence, null)
        : _offTree.GetOrAdd(sequence.Value, _ => new PlanNode(this, null, sequence, null));
}
