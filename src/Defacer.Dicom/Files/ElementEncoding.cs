using System.Buffers.Binary;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;

namespace Defacer.Dicom.Files;

/// <summary>How elements are laid out (PS3.5 §7.1): with or without VR, in which byte order.</summary>
internal readonly record struct ElementEncoding(bool IsExplicit, bool IsBigEndian)
{
    internal static ElementEncoding ImplicitLittle { get; } = new(false, false);

    internal static ElementEncoding ExplicitLittle { get; } = new(true, false);

    internal static ElementEncoding ExplicitBig { get; } = new(true, true);

    internal static ElementEncoding Of(DicomTransferSyntax syntax) => new(syntax.IsExplicitVR, syntax.IsBigEndian);

    internal ushort UInt16(ReadOnlySpan<byte> at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

    internal uint UInt32(ReadOnlySpan<byte> at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);

    internal DicomTag Tag(ReadOnlySpan<byte> at) => new(UInt16(at), UInt16(at[2..]));

    /// <summary>
    /// The encoding that the first element of a data set or item shows, the one expected unless the bytes speak
    /// against it.
    /// </summary>
    /// <param name="head">The first 12 bytes or fewer.</param>
    /// <param name="expected">What the transfer syntax or the outer data set says.</param>
    /// <param name="left">Bytes to the end of what holds the element.</param>
    internal static ElementEncoding Observe(ReadOnlySpan<byte> head, ElementEncoding expected, long left)
    {
        // Items and delimiters look the same in both.
        if (head.Length < 8 || expected.Tag(head).Group == 0xFFFE)
        {
            return expected;
        }

        var other = expected with { IsExplicit = !expected.IsExplicit };
        if (expected.IsExplicit)
        {
            // Two capital letters may be a VR of a later edition; anything else is none.
            return IsLetters(head) || !Fits(head, other, left) ? expected : other;
        }

        // A length whose low half spells the VR that the dictionary has for this very tag is no length.
        return IsKnownVR(head) && Fits(head, other, left)
            && (!Fits(head, expected, left) || IsDictionaryVR(head, other.Tag(head)))
            ? other
            : expected;
    }

    /// <summary>
    /// The encoding of a data set about which nothing is said, or null when the bytes are no data set.
    /// </summary>
    internal static ElementEncoding? Guess(ReadOnlySpan<byte> head, long left)
    {
        if (head.Length < 8)
        {
            return null;
        }

        if (IsKnownVR(head))
        {
            // Groups in use are small numbers or 7FE0: the zero byte tells the order.
            var big = head[0] == 0 && head[1] != 0;
            return big ? ExplicitBig : ExplicitLittle;
        }

        var tag = ImplicitLittle.Tag(head);
        return tag.Group is > 0 and <= 0x7FE0 && tag.Element < 0x8000 && Fits(head, ImplicitLittle, left)
            ? ImplicitLittle : null;
    }

    private static bool Fits(ReadOnlySpan<byte> head, ElementEncoding encoding, long left)
    {
        if (!encoding.IsExplicit)
        {
            var length = encoding.UInt32(head[4..]);
            return length == uint.MaxValue || length <= left - 8;
        }

        if (DicomVR.Find(head[4], head[5]) is not { } vr)
        {
            return false;
        }

        if (!vr.HasLongLength)
        {
            return encoding.UInt16(head[6..]) <= left - 8;
        }

        return head.Length >= 12
            && (encoding.UInt32(head[8..]) is var value && (value == uint.MaxValue || value <= left - 12));
    }

    private static bool IsLetters(ReadOnlySpan<byte> head) =>
        head[4] is >= (byte)'A' and <= (byte)'Z' && head[5] is >= (byte)'A' and <= (byte)'Z';

    private static bool IsKnownVR(ReadOnlySpan<byte> head) => DicomVR.Find(head[4], head[5]) is not null;

    private static bool IsDictionaryVR(ReadOnlySpan<byte> head, DicomTag tag) =>
        tag.IsGroupLength
            ? DicomVR.Find(head[4], head[5]) == DicomVR.UL
            : DicomDictionary.Find(tag)?.VRs.Contains(DicomVR.Find(head[4], head[5])!) == true;
}
