using System.Globalization;
using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>Values that say nothing, valid for VR and VM (PS3.5 §6.2). All are ASCII, so that every character set holds
/// them.</summary>
internal static class DummyValues
{
    /// <summary>In the place of text. Fits into CS and SH.</summary>
    internal const string Text = "REMOVED";

    /// <summary>In the place of a date: none that people or forms use as a placeholder, so that it is seldom
    /// anybody's.</summary>
    internal const string Date = "19010203";

    private const string Time = "000000";

    /// <summary>Attributes whose values are enumerated, or whose dummy must mean something.</summary>
    private static readonly Dictionary<DicomTag, string> s_fixed = new()
    {
        [DicomTag.PatientSex] = "O",
        [DicomTag.VerificationFlag] = "UNVERIFIED",
        [DicomTag.ApprovalStatus] = "UNAPPROVED",
        [DicomTag.TimezoneOffsetFromUTC] = "+0000",
    };

    /// <summary>The VR in which a replaced value is written: the element's own, or the dictionary's where that is UN or
    /// contradicts it.</summary>
    internal static DicomVR VRFor(DicomItem item, ElementRule rule)
    {
        if (rule.KnownVR is not { } known || item.VR == known)
        {
            return item is DicomSequence ? DicomVR.SQ : item.VR;
        }

        return rule.Entry!.VRs.Contains(item.VR) ? item.VR : known;
    }

    /// <summary>A dummy element.</summary>
    internal static DicomElement For(DicomTag tag, DicomVR vr, string? vm)
    {
        if (s_fixed.TryGetValue(tag, out var value))
        {
            return Element(tag, vr, value);
        }

        if (!vr.IsText)
        {
            // Zeros: numbers, tags, bytes. Two at least, so that the length is even.
            var count = vr.IsSingleValue ? 1 : LeastCount(vm);
            return new DicomElement(tag, vr, new byte[Math.Max(2, vr.UnitBytes * count)]);
        }

        var one = vr.Code switch
        {
            "DA" => Date,
            "DT" => Date + Time,
            "TM" => Time,
            "AS" => "000Y",
            "DS" or "IS" => "0",
            "UR" => "urn:removed",
            "UI" => "2.25.0",
            _ => Text,
        };
        return Element(tag, vr, vr.IsSingleValue ? one : string.Join('\\', Enumerable.Repeat(one, LeastCount(vm))));
    }

    /// <summary>An element of ASCII text, padded.</summary>
    internal static DicomElement Element(DicomTag tag, DicomVR vr, string text)
    {
        var bytes = new byte[text.Length + (text.Length & 1)];
        Encoding.ASCII.GetBytes(text, bytes);
        if (bytes.Length > text.Length)
        {
            bytes[^1] = vr.Padding;
        }

        return new DicomElement(tag, vr, bytes);
    }

    // "1", "1-n", "2-2n", "3": the first number.
    private static int LeastCount(string? vm)
    {
        var digits = vm.AsSpan();
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        digits = end < 0 ? digits : digits[..end];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : 1;
    }
}
