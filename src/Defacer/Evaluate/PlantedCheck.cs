using Defacer.Dicom.Data;

namespace Defacer.Evaluate;

/// <summary>What a de-identifier must have done, with the names of the MIDI-B answer key.</summary>
internal enum CheckAction
{
    /// <summary>tag_retained: the attribute is still there.</summary>
    TagRetained,

    /// <summary>text_notnull: it is there and not empty.</summary>
    TextNotNull,

    /// <summary>text_retained: these words are still in the value.</summary>
    TextRetained,

    /// <summary>text_removed: these words are gone; an absent attribute passes.</summary>
    TextRemoved,

    /// <summary>date_shifted: the date is another one, moved as all dates of the patient.</summary>
    DateShifted,

    /// <summary>uid_changed: the UID is another one.</summary>
    UidChanged,

    /// <summary>uid_consistent: the same original gave the same UID everywhere.</summary>
    UidConsistent,

    /// <summary>patid_consistent: the same patient has the same pseudonym everywhere, and no other patient
    /// has it.</summary>
    PatIdConsistent,

    /// <summary>pixels_hidden: burnt-in text does not leave.</summary>
    PixelsHidden,

    /// <summary>pixels_retained: the pixels are the same.</summary>
    PixelsRetained,
}

/// <summary>One row of the answer key.</summary>
/// <param name="Path">Tags from the outermost sequence inwards, each in its first item; empty for the whole
/// file.</param>
/// <param name="Action">What is asked.</param>
/// <param name="Text">The word, or the original value.</param>
/// <param name="Category">HIPAA letter, part of the standard, or practice.</param>
internal sealed record PlantedCheck(IReadOnlyList<DicomTag> Path, CheckAction Action, string Text, string Category)
{
    /// <summary>The path as the answer key writes it. Carries no value.</summary>
    internal string Where => Path.Count == 0 ? "file" : string.Join('.', Path);

    /// <summary>The item at the path in a data set, or null.</summary>
    internal DicomItem? Find(DicomDataset dataset)
    {
        for (var i = 0; i < Path.Count - 1; i++)
        {
            if (dataset.GetItems(Path[i]) is not { Count: > 0 } items)
            {
                return null;
            }

            dataset = items[0];
        }

        return dataset.TryGet(Path[^1], out var item) ? item : null;
    }

    /// <summary>The data set that holds the item, or null.</summary>
    internal DicomDataset? Holder(DicomDataset dataset)
    {
        for (var i = 0; i < Path.Count - 1; i++)
        {
            if (dataset.GetItems(Path[i]) is not { Count: > 0 } items)
            {
                return null;
            }

            dataset = items[0];
        }

        return dataset;
    }
}
