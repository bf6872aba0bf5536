using Defacer.Deidentify.Actions;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify;

/// <summary>Applies the rules of a plan to a data set at every depth, without recursion: what is nested waits on a
/// list.</summary>
internal sealed class DatasetWalker(Profile profile, InstanceContext instance)
{
    private static readonly ElementRule s_private = new()
    {
        Action = ActionCode.Remove,
        Source = RuleSource.Table,
        Code = "X",
        Type = AttributeType.Type3,
    };

    private static readonly ElementRule s_safePrivate = new()
    {
        Action = ActionCode.Remove,
        Source = RuleSource.Option,
        Code = "C",
        Type = AttributeType.Type3,
    };

    private readonly Stack<(DicomDataset Source, DicomDataset Target, PlanNode Place, string Path)> _open = new();
    private readonly bool _retainsPrivate = profile.Retains("retain-safe-private");

    /// <summary>Number of attributes by action.</summary>
    internal int[] Counts { get; } = new int[ActionCodes];

    /// <summary>Codes that this instance may not claim, as bits of <see cref="ProfileOption.Bit"/>.</summary>
    internal int Waived { get; private set; }

    /// <summary>Filled with what happened to each attribute when not null.</summary>
    internal List<ActionTrace>? Trace { get; init; }

    private static readonly int ActionCodes = Enum.GetValues<ActionCode>().Length;

    internal DicomDataset Walk(DicomDataset root, PlanNode place, CancellationToken cancellationToken)
    {
        var result = new DicomDataset();
        _open.Push((root, result, place, string.Empty));
        while (_open.TryPop(out var level))
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < level.Source.Count; i++)
            {
                Treat(level.Source[i], level.Source, level.Target, level.Place, level.Path);
            }
        }

        return result;
    }

    private void Treat(DicomItem original, DicomDataset source, DicomDataset target, PlanNode place, string path)
    {
        if (original.Tag.IsPrivate)
        {
            TreatPrivate(original, source, target, place, path);
            return;
        }

        var rule = place.For(original.Tag);
        var item = UnknownVR.Resolve(original, rule.KnownVR);
        var action = rule.Action;
        DicomItem? outcome;
        if (rule.Filter is { } filter && !(item is DicomElement tested && filter.Accepts(tested, source)))
        {
            action = filter.Otherwise;
        }

        if (rule.Judged is not null && ValueJudge.Keep(item, source, rule, instance) is { } kept)
        {
            outcome = kept;
            action = ReferenceEquals(kept, item) ? ActionCode.Keep : kept.VR == DicomVR.UI ? ActionCode.MapUid
                : ActionCode.Replace;
        }
        else
        {
            outcome = ElementActions.For(action).Apply(item, new ElementScope(rule, place, source, instance));
        }

        Waived |= rule.Waives;
        Note(original, action, rule, path);
        Put(outcome, item, source, target, place, path);
    }

    // A creator stays only for what stays of its block (PS3.15 E.3.10).
    private void TreatPrivate(DicomItem original, DicomDataset source, DicomDataset target, PlanNode place, string path)
    {
        var tag = original.Tag;
        var item = _retainsPrivate && tag.Group > 8
            ? PrivateJudge.Keep(original, source, s_safePrivate, profile, instance)
            : null;
        Note(original, item is null ? ActionCode.Remove : item is DicomElement { VR.Code: "UI" } ? ActionCode.MapUid
            : ActionCode.Keep, _retainsPrivate ? s_safePrivate : s_private, path);
        if (item is null)
        {
            return;
        }

        if (source.GetElement(tag.CreatorTag) is { } creator && !target.Contains(tag.CreatorTag))
        {
            target.AddOrUpdate(EvenLength.Of(new DicomElement(creator.Tag, DicomVR.LO, creator.Value)));
        }

        Put(item, item, source, target, place, path);
    }

    private void Note(DicomItem item, ActionCode action, ElementRule rule, string path)
    {
        Counts[(int)action]++;
        Trace?.Add(new ActionTrace(
            path + item.Tag, item.Tag.Keyword, action, rule.Source, rule.Code, rule.Type.ToString())
        {
            Value = ActionTrace.Shape(item),
        });
    }

    private void Put(DicomItem? outcome, DicomItem item, DicomDataset source, DicomDataset target, PlanNode place,
        string path)
    {
        if (ReferenceEquals(outcome, item) && item is DicomSequence sequence)
        {
            outcome = Descend(sequence, place, path);
        }

        if (outcome is null)
        {
            return;
        }

        if (profile.WritesUtf8 && outcome is DicomElement element)
        {
            outcome = Utf8Text.Of(element, source);
        }

        target.AddOrUpdate(EvenLength.Of(outcome));
    }

    // The new sequence has empty items, which are filled when their turn comes.
    private DicomSequence Descend(DicomSequence sequence, PlanNode place, string path)
    {
        var copy = new DicomSequence(sequence.Tag, DicomVR.SQ, sequence.IsUndefinedLength);
        var inside = place.Inside(sequence.Tag);
        var innerPath = Trace is null ? string.Empty : $"{path}{sequence.Tag}.";
        foreach (var child in sequence.Items)
        {
            var target = new DicomDataset { IsUndefinedLength = child.IsUndefinedLength };
            copy.Items.Add(target);
            _open.Push((child, target, inside, innerPath));
        }

        return copy;
    }
}
