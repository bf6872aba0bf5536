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

/// <summary>What happened to one attribute, and why. Of the value it says only the shape.</summary>
/// <param name="Path">Tags from the outermost sequence inwards, joined by dots.</param>
/// <param name="Keyword">The keyword, or the tag where the dictionary has none.</param>
/// <param name="Action">What was done.</param>
/// <param name="Source">Where the rule is from.</param>
/// <param name="Code">The code as the table prints it, or empty.</param>
/// <param name="Type">The attribute's Type in this IOD, such as Type1C.</param>
public sealed record ActionTrace(string Path, string Keyword, ActionCode Action, RuleSource Source, string Code,
    string Type)
{
    private const int MaxShape = 24;

    /// <summary>VR, length and shape of the received value: letters as x, digits as 9.</summary>
    public string Value { get; init; } = string.Empty;

    /// <summary>The rule in words.</summary>
    public string Reason => Source switch
    {
        RuleSource.Structure => "has no place in a data set, or is void after a change",
        RuleSource.Profile => "an override of the profile",
        RuleSource.Option => Code.Length == 0 ? "not in PS3.15 Table E.1-1; an option retains its kind"
            : $"PS3.15 Table E.1-1, option column: {Code}{AsType()}",
        RuleSource.Table => $"PS3.15 Table E.1-1, Basic Profile: {Code}{AsType()}",
        _ => Action == ActionCode.Keep ? "not in PS3.15 Table E.1-1; its kind of value was found safe"
            : $"not in PS3.15 Table E.1-1 and not known to be safe{AsType()}",
    };

    internal static string Shape(Dicom.Data.DicomItem item) => item switch
    {
        Dicom.Data.DicomSequence sequence => $"SQ {sequence.Items.Count} items",
        Dicom.Data.DicomElement { Bulk: null } element when element.VR.IsText =>
            $"{element.VR} {element.Length} bytes '{Mask(element.Value.Span)}'",
        Dicom.Data.DicomElement element => $"{element.VR} {element.Length} bytes",
        _ => $"{item.VR} fragments",
    };

    private static string Mask(ReadOnlySpan<byte> value)
    {
        var shape = new System.Text.StringBuilder();
        foreach (var b in value[..Math.Min(value.Length, MaxShape)].TrimEnd(" \0"u8))
        {
            shape.Append(b is >= (byte)'0' and <= (byte)'9' ? '9' : char.IsAsciiLetter((char)b) || b >= 0x80 ? 'x'
                : b < 0x20 ? '?' : (char)b);
        }

        return value.Length > MaxShape ? shape.Append('…').ToString() : shape.ToString();
    }

    private string AsType() => Type == "Type3" ? string.Empty : $", {Type} in this IOD";
}
