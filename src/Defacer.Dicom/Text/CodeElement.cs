using System.Collections.Frozen;
using System.Text;

namespace Defacer.Dicom.Text;

/// <summary>
/// A graphic character set of ISO 2022 as DICOM uses it: 94 characters on the left (G0) or up to 96 on the right (G1),
/// of one or two bytes.
/// </summary>
internal sealed class CodeElement
{
    private const char Unknown = '\uFFFD';
    private readonly Encoding? _pairs;
    private readonly Func<ushort, ushort>? _pairBytes;
    private readonly char[] _chars = [];
    private readonly Lazy<FrozenDictionary<char, byte>> _bytes;

    /// <summary>A set of single bytes.</summary>
    /// <param name="registration">The ISO-IR number.</param>
    /// <param name="escape">What follows ESC to designate it.</param>
    /// <param name="isRight">Whether it lies in G1.</param>
    /// <param name="chars">The 128 characters of its half; U+FFFD where there is none.</param>
    internal CodeElement(int registration, string escape, bool isRight, char[] chars)
        : this(registration, escape, isRight)
    {
        _chars = chars;
        IsPairs = false;
    }

    /// <summary>A set of byte pairs.</summary>
    /// <param name="registration">The ISO-IR number.</param>
    /// <param name="escape">What follows ESC to designate it.</param>
    /// <param name="isRight">Whether it lies in G1.</param>
    /// <param name="pairs">An encoding that holds it among others.</param>
    /// <param name="pairBytes">From a pair, both bytes above 7F, to the pair that the encoding has for it.</param>
    internal CodeElement(
        int registration, string escape, bool isRight, Encoding pairs, Func<ushort, ushort>? pairBytes = null)
        : this(registration, escape, isRight)
    {
        _pairs = pairs;
        _pairBytes = pairBytes;
        IsPairs = true;
    }

    private CodeElement(int registration, string escape, bool isRight)
    {
        Registration = registration;
        Escape = Encoding.ASCII.GetBytes("\x1B" + escape);
        IsRight = isRight;
        _bytes = new(ReverseTable);
    }

    /// <summary>The ISO-IR number.</summary>
    internal int Registration { get; }

    /// <summary>The escape sequence that designates it, ESC included.</summary>
    internal byte[] Escape { get; }

    /// <summary>Whether it lies in G1, bytes above 7F.</summary>
    internal bool IsRight { get; }

    /// <summary>Whether a character is two bytes.</summary>
    internal bool IsPairs { get; }

    /// <summary>The character of a byte of this half.</summary>
    internal char Decode(byte value) => _chars[value & 0x7F];

    /// <summary>The characters of a pair, appended.</summary>
    internal void Decode(byte first, byte second, StringBuilder text)
    {
        var pair = (ushort)(((first << 8) | second) | 0x8080);
        pair = _pairBytes?.Invoke(pair) ?? pair;
        Span<char> chars = stackalloc char[4];
        var count = _pairs!.GetChars([(byte)(pair >> 8), (byte)pair], chars);
        text.Append(count == 0 ? [Unknown] : chars[..count]);
    }

    /// <summary>The bytes of a character, or 0 when the set does not have it.</summary>
    internal int Encode(Rune rune, Span<byte> bytes)
    {
        if (!IsPairs)
        {
            if (!rune.IsBmp || !_bytes.Value.TryGetValue((char)rune.Value, out bytes[0]))
            {
                return 0;
            }

            return 1;
        }

        Span<char> chars = stackalloc char[2];
        Span<byte> pair = stackalloc byte[4];
        if (_pairs!.GetBytes(chars[..rune.EncodeToUtf16(chars)], pair) != 2 || !IsOfThisSet(pair))
        {
            return 0;
        }

        var mask = IsRight ? 0x80 : 0;
        bytes[0] = (byte)((pair[0] & 0x7F) | mask);
        bytes[1] = (byte)((pair[1] & 0x7F) | mask);
        return 2;
    }

    // An encoding with several sets tells them apart by the high bit of the second byte; what lies outside the 94 × 94
    // is of a superset.
    private bool IsOfThisSet(ReadOnlySpan<byte> pair)
    {
        var normal = (ushort)(((pair[0] << 8) | pair[1]) | 0x8080);
        var expected = _pairBytes?.Invoke(normal) ?? normal;
        return ((pair[0] << 8) | pair[1]) == expected && (pair[0] & 0x7F) is >= 0x21 and <= 0x7E
            && (pair[1] & 0x7F) is >= 0x21 and <= 0x7E;
    }

    private FrozenDictionary<char, byte> ReverseTable()
    {
        var table = new Dictionary<char, byte>();
        for (var i = 0; i < _chars.Length; i++)
        {
            if (_chars[i] != Unknown)
            {
                table.TryAdd(_chars[i], (byte)(i | (IsRight ? 0x80 : 0)));
            }
        }

        return table.ToFrozenDictionary();
    }
}
