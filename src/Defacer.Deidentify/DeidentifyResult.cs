using Defacer.Deidentify.Actions;
using Defacer.Dicom.Files;
using Defacer.Imaging;

namespace Defacer.Deidentify;

/// <summary>What became of an instance: an output, or the cause why there is none.</summary>
public sealed class DeidentifyResult
{
    private readonly int[] _counts;

    internal DeidentifyResult(DicomFile? output, Parked? parked, int[] counts)
    {
        Output = output;
        Parked = parked;
        _counts = counts;
    }

    /// <summary>The de-identified file, or null when parked. Large values still lie in the input's file.</summary>
    public DicomFile? Output { get; }

    /// <summary>Why the instance may not leave, or null.</summary>
    public Parked? Parked { get; }

    /// <summary>How many attributes, at all depths, had an action.</summary>
    public int Count(ActionCode action) => _counts.Length == 0 ? 0 : _counts[(int)action];
}

/// <summary>What happened to one attribute, and why. Carries no value.</summary>
/// <param name="Path">Tags from the outermost sequence inwards, joined by dots.</param>
/// <param name="Keyword">The keyword, or the tag where the dictionary has none.</param>
/// <param name="Action">What was done.</param>
/// <param name="Source">Where the rule is from.</param>
/// <param name="Code">The code as the table prints it, or empty.</param>
/// <param name="Type">The attribute's Type in this IOD, such as Type1C.</param>
public sealed record ActionTrace(string Path, string Keyword, ActionCode Action, RuleSource Source, string Code,
    string Type);
