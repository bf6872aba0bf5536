using Defacer.Deidentify.Actions;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify;

/// <summary>Applies the rules of a plan to a data set at every depth, without recursion: what is nested waits on a
/// list.</summary>
internal sealed class DatasetWalker(InstanceContext instance)
{
    private readonly Stack<(DicomDataset Source, DicomDataset Target, PlanNode Place, string Path)> _open = new();

    /// <summary>Number of attributes by action.</summary>
    internal int[] Counts { get; } = new int[Enum.GetValues<ActionCode>().Length];

    /// <summary>Filled with what happened to each attribute when not null.</summary>
    internal List<ActionTrace>? Trace { get; init; }

    internal DicomDataset Walk(DicomDataset root, PlanNode place, CancellationToken cancellationToken)
    {
        var result = new DicomDataset();
        _open.Push((root, result, place, string.Empty));
        while (_open.TryPop(out var level))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var item in level.Source)
            {
                Treat(item, level.Source, level.Target, level.Place, level.Path);
            }
        }

        return result;
    }

    private void Treat(DicomItem original, DicomDataset source, DicomDataset target, PlanNode place, string path)
    {
        var rule = place.For(original.Tag);
        var item = UnknownVR.Resolve(original, rule.KnownVR);
        var action = rule.Action;
        DicomItem? outcome;
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

        Counts[(int)action]++;
        Trace?.Add(new ActionTrace(
            path + original.Tag, original.Tag.Keyword, action, rule.Source, rule.Code, rule.Type.ToString()));
        if (ReferenceEquals(outcome, item) && item is DicomSequence sequence)
        {
            outcome = Descend(sequence, place, path);
        }

        if (outcome is not null)
        {
            target.AddOrUpdate(EvenLength.Of(outcome));
        }
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
