using System.Text;

namespace Defacer.Dicom.Network;

/// <summary>
/// Application entity titles (PS3.5 6.2, VR AE): 1 to 16 printable ASCII characters without backslash.
/// </summary>
public static class AeTitle
{
    /// <summary>Bytes of a title in an A-ASSOCIATE PDU.</summary>
    public const int Length = 16;

    /// <summary>Whether the text can be a title as it stands: no space at either end.</summary>
    public static bool IsValid(string title) =>
        title.Length is > 0 and <= Length && title[0] != ' ' && title[^1] != ' '
        && title.All(c => c is >= ' ' and <= '~' and not '\\');

    // Leading and trailing spaces are not significant; some senders pad with NUL. Null for what must not reach a log.
    internal static string? Decode(ReadOnlySpan<byte> bytes)
    {
        var title = Encoding.Latin1.GetString(bytes.Trim(" \0"u8));
        return IsValid(title) ? title : null;
    }

    internal static void Encode(string title, Span<byte> target)
    {
        target.Fill((byte)' ');
        Encoding.ASCII.GetBytes(title, target);
    }
}
