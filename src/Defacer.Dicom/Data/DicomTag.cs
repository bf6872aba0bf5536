using System.Globalization;
using Defacer.Dicom.Dictionary;

namespace Defacer.Dicom.Data;

/// <summary>
/// A data element tag: group and element number (PS3.5 §7.1). The members by keyword are generated from PS3.6.
/// </summary>
/// <param name="Group">The group number; odd groups are private.</param>
/// <param name="Element">The element number within the group.</param>
public readonly partial record struct DicomTag(ushort Group, ushort Element) : IComparable<DicomTag>
{
    /// <summary>Group and element as one number, the sort order of a data set.</summary>
    public uint Value => ((uint)Group << 16) | Element;

    /// <summary>Whether the group is odd (PS3.5 §7.8).</summary>
    public bool IsPrivate => (Group & 1) == 1;

    /// <summary>Whether this is a private creator, (gggg,0010-00FF) of an odd group.</summary>
    public bool IsPrivateCreator => IsPrivate && Element is >= 0x10 and <= 0xFF;

    /// <summary>Whether this is a group length, (gggg,0000).</summary>
    public bool IsGroupLength => Element == 0;

    /// <summary>For a private data element: the tag of the creator that reserves its block (PS3.5 §7.8.1).</summary>
    public DicomTag CreatorTag => new(Group, (ushort)(Element >> 8));

    /// <summary>The keyword of PS3.6, or the number form when the dictionary does not know the tag.</summary>
    public string Keyword => DicomDictionary.Find(this)?.Keyword ?? ToString();

    /// <summary>Makes a tag from group and element in one number.</summary>
    public static DicomTag FromValue(uint value) => new((ushort)(value >> 16), (ushort)value);

    /// <summary>Reads <c>(0010,0010)</c>, <c>0010,0010</c>, <c>00100010</c> or a keyword.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static DicomTag Parse(string text) => TryParse(text, out var tag)
        ? tag
        : throw new FormatException($"'{text}' is no tag: write a keyword of PS3.6 or (gggg,eeee).");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse(string? text, out DicomTag tag)
    {
        tag = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var digits = text.AsSpan().Trim("()");
        if (digits.Length is 8 or 9 && (digits.Length == 8 || digits[4] == ',')
            && uint.TryParse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var group)
            && uint.TryParse(digits[^4..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
        {
            tag = new DicomTag((ushort)group, (ushort)low);
            return true;
        }

        if (DicomDictionary.Find(text) is { } entry)
        {
            tag = entry.Tag;
            return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public int CompareTo(DicomTag other) => Value.CompareTo(other.Value);

    /// <summary><c>(gggg,eeee)</c> in upper-case hexadecimal.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({Group:X4},{Element:X4})");

    /// <summary>Order of a data set.</summary>
    public static bool operator <(DicomTag left, DicomTag right) => left.Value < right.Value;

    /// <summary>Order of a data set.</summary>
    public static bool operator >(DicomTag left, DicomTag right) => left.Value > right.Value;

    /// <summary>Order of a data set.</summary>
    public static bool operator <=(DicomTag left, DicomTag right) => left.Value <= right.Value;

    /// <summary>Order of a data set.</summary>
    public static bool operator >=(DicomTag left, DicomTag right) => left.Value >= right.Value;
}
