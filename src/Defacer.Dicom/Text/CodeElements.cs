namespace Defacer.Dicom.Text;

/// <summary>The code elements of PS3.3 Tables C.12-2 to C.12-4, with their escape sequences.</summary>
internal static class CodeElements
{
    /// <summary>ISO-IR 6, ASCII.</summary>
    internal static CodeElement Ascii { get; } = new(6, "(B", false, Left(null, null));

    /// <summary>
    /// ISO-IR 14, JIS X 0201 Romaji: a yen sign and an overline where ASCII has backslash and tilde.
    /// </summary>
    internal static CodeElement Romaji { get; } = new(14, "(J", false, Left('\u00A5', '\u203E'));

    /// <summary>The right half of Latin-1; also what bytes above 7F are taken for where nothing is said.</summary>
    internal static CodeElement Latin1 { get; } = Right(100, "-A", 28591);

    /// <summary>Every element, by escape sequence.</summary>
    internal static IReadOnlyList<CodeElement> All { get; } =
    [
        Ascii,
        Romaji,
        Latin1,
        Right(101, "-B", 28592),
        Right(109, "-C", 28593),
        Right(110, "-D", 28594),
        Right(144, "-L", 28595),
        Right(127, "-G", 28596),
        Right(126, "-F", 28597),
        Right(138, "-H", 28598),
        Right(148, "-M", 28599),
        Right(203, "-b", 28605),
        Right(166, "-T", 874),
        new(13, ")I", true, Katakana()),
        new(87, "$B", false, CodePages.Lenient(20932)),
        // Code page 20932 tells JIS X 0212 from 0208 by a second byte below 80.
        new(159, "$(D", false, CodePages.Lenient(20932), pair => (ushort)(pair & 0xFF7F)),
        new(149, "$)C", true, CodePages.Lenient(51949)),
        new(58, "$)A", true, CodePages.Lenient(936)),
        // JIS C 6226-1978, the forerunner of ISO-IR 87: not DICOM's, but met.
        new(42, "$@", false, CodePages.Lenient(20932)),
    ];

    /// <summary>The element with an ISO-IR number, or null.</summary>
    internal static CodeElement? Find(int registration) => All.FirstOrDefault(e => e.Registration == registration);

    /// <summary>The element that the bytes after an ESC designate, or null.</summary>
    internal static CodeElement? AtEscape(ReadOnlySpan<byte> bytes)
    {
        foreach (var element in All)
        {
            if (bytes.StartsWith(element.Escape))
            {
                return element;
            }
        }

        return null;
    }

    private static CodeElement Right(int registration, string escape, int codePage)
    {
        var chars = new char[128];
        var encoding = CodePages.Lenient(codePage);
        Span<char> one = stackalloc char[2];
        for (var i = 0; i < 128; i++)
        {
            chars[i] = i >= 0x20 && encoding.GetChars([(byte)(i + 128)], one) == 1 ? one[0] : '\uFFFD';
        }

        return new CodeElement(registration, escape, true, chars);
    }

    private static char[] Left(char? at5C, char? at7E)
    {
        var chars = new char[128];
        for (var i = 0; i < 128; i++)
        {
            chars[i] = (char)i;
        }

        chars[0x5C] = at5C ?? '\\';
        chars[0x7E] = at7E ?? '~';
        return chars;
    }

    private static char[] Katakana()
    {
        var chars = new char[128];
        Array.Fill(chars, '\uFFFD');
        for (var i = 0x21; i <= 0x5F; i++)
        {
            chars[i] = (char)(0xFF61 + i - 0x21);
        }

        return chars;
    }
}
