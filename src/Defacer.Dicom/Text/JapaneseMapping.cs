using System.Text;

namespace Defacer.Dicom.Text;

/// <summary>
/// The characters of JIS X 0208 and 0212 for which the code page of the framework differs from the standard's names:
/// wave
/// dash, double vertical line, minus sign and the like, which it has as full-width forms.
/// </summary>
internal static class JapaneseMapping
{
    private static readonly (ushort Pair, char Standard, char CodePage)[] s_kanji =
    [
        (0xA1C1, '\u301C', '\uFF5E'),
        (0xA1C2, '\u2016', '\u2225'),
        (0xA1DD, '\u2212', '\uFF0D'),
        (0xA1F1, '\u00A2', '\uFFE0'),
        (0xA1F2, '\u00A3', '\uFFE1'),
        (0xA2CC, '\u00AC', '\uFFE2'),
    ];

    /// <summary>The character of a pair that the code page has otherwise, or null.</summary>
    internal static char? Decode(int registration, ushort pair)
    {
        if (registration == 87)
        {
            foreach (var entry in s_kanji)
            {
                if (entry.Pair == pair)
                {
                    return entry.Standard;
                }
            }
        }

        return null;
    }

    /// <summary>The character under which the code page has this one.</summary>
    internal static Rune Encode(int registration, Rune rune)
    {
        if (registration == 87)
        {
            foreach (var entry in s_kanji)
            {
                if (entry.Standard == rune.Value)
                {
                    return new Rune(entry.CodePage);
                }
            }
        }

        return rune;
    }
}
