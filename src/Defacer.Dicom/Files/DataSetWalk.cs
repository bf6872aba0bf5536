using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>
/// Visits a data set in the order of its bytes without recursion, so that no depth of nesting ends the stack; tells
/// each
/// level's encoding. What was read keeps the encoding it had, as long as the target's outermost one is the same.
/// </summary>
internal abstract class DataSetWalk
{
    private readonly List<Level> _levels = [];

    protected abstract void OnElement(DicomElement element, bool isExplicit);

    protected abstract void OnFragments(DicomFragmentSequence fragments, bool isExplicit);

    protected abstract void OnSequenceBegin(DicomSequence sequence, bool isExplicit);

    protected abstract void OnSequenceEnd(DicomSequence sequence);

    protected abstract void OnItemBegin(DicomDataset item);

    protected abstract void OnItemEnd(DicomDataset item);

    protected void Walk(DicomDataset root, bool isExplicit)
    {
        var keepRead = root.IsExplicitVR == isExplicit;
        _levels.Add(new Level(root, null, isExplicit));
        while (_levels.Count > 0)
        {
            var level = _levels[^1];
            if (level.Sequence is { } open)
            {
                NextItem(level, open, keepRead);
            }
            else
            {
                NextElements(level);
            }
        }
    }

    private void NextElements(Level level)
    {
        var dataset = level.Dataset!;
        while (level.Index < dataset.Count)
        {
            switch (dataset[level.Index++])
            {
                case DicomElement element:
                    OnElement(element, level.IsExplicit);
                    break;
                case DicomFragmentSequence fragments:
                    OnFragments(fragments, level.IsExplicit);
                    break;
                case DicomSequence sequence:
                    OnSequenceBegin(sequence, level.IsExplicit);
                    // A sequence in UN is implicit inside, whatever holds it (PS3.5 §6.2.2 note 2).
                    _levels.Add(new Level(null, sequence, level.IsExplicit && sequence.VR != DicomVR.UN));
                    return;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }

        _levels.RemoveAt(_levels.Count - 1);
        if (_levels.Count > 0)
        {
            OnItemEnd(dataset);
        }
    }

    private void NextItem(Level level, DicomSequence sequence, bool keepRead)
    {
        if (level.Index == sequence.Items.Count)
        {
            _levels.RemoveAt(_levels.Count - 1);
            OnSequenceEnd(sequence);
            return;
        }

        var item = sequence.Items[level.Index++];
        OnItemBegin(item);
        _levels.Add(new Level(item, null, keepRead ? item.IsExplicitVR ?? level.IsExplicit : level.IsExplicit));
    }

    private sealed class Level(DicomDataset? dataset, DicomSequence? sequence, bool isExplicit)
    {
        internal DicomDataset? Dataset => dataset;

        internal DicomSequence? Sequence => sequence;

        internal bool IsExplicit => isExplicit;

        internal int Index { get; set; }
    }
}
