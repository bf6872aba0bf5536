using Defacer.Dicom.Dictionary;

namespace Defacer.Dicom.Data;

/// <summary>A unique identifier (PS3.5 §9). The members by keyword are generated from PS3.6 Table A-1.</summary>
/// <param name="UID">Digits and dots, at most 64 characters, without padding.</param>
public readonly partial record struct DicomUID(string UID)
{
    /// <summary>The registered name, or the UID itself.</summary>
    public string Name => DicomDictionary.FindUid(UID)?.Name ?? UID;

    /// <summary>
    /// Whether the text is a valid UID: components of digits, no leading zeros, at most 64 characters.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 64)
        {
            return false;
        }

        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is >= '0' and <= '9')
            {
                continue;
            }

            if (i < text.Length && text[i] != '.')
            {
                return false;
            }

            var length = i - start;
            if (length == 0 || (length > 1 && text[start] == '0'))
            {
                return false;
            }

            start = i + 1;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => UID;
}
