namespace Defacer.Dicom.Data;

/// <summary>A value representation (PS3.5 §6.2).</summary>
public sealed class DicomVR
{
    private static readonly Dictionary<ushort, DicomVR> s_byBytes = [];

    private DicomVR(
        string code, int unit, bool longLength, byte padding, bool text, bool characterSet, bool singleValue)
    {
        Code = code;
        Bytes = (ushort)(code[0] | (code[1] << 8));
        UnitBytes = unit;
        HasLongLength = longLength;
        Padding = padding;
        IsText = text;
        UsesCharacterSet = characterSet;
        IsSingleValue = singleValue;
        s_byBytes[Bytes] = this;
    }

    private DicomVR(ushort bytes, bool longLength)
    {
        Bytes = bytes;
        Code = new string([(char)(bytes & 0xFF), (char)(bytes >> 8)]);
        UnitBytes = 1;
        HasLongLength = longLength;
        IsUnknownCode = true;
    }

    /// <summary>The two letters.</summary>
    public string Code { get; }

    /// <summary>The two letters as on the wire, first letter in the low byte.</summary>
    public ushort Bytes { get; }

    /// <summary>Bytes that swap together in big endian; 1 where nothing swaps.</summary>
    public int UnitBytes { get; }

    /// <summary>Whether explicit encoding has two reserved bytes and a 32-bit length (PS3.5 §7.1.2).</summary>
    public bool HasLongLength { get; }

    /// <summary>The byte that makes the length even.</summary>
    public byte Padding { get; }

    /// <summary>Whether the value is characters.</summary>
    public bool IsText { get; }

    /// <summary>Whether (0008,0005) applies (PS3.5 §6.1.2.3).</summary>
    public bool UsesCharacterSet { get; }

    /// <summary>Whether a backslash is part of the text, not a separator (ST, LT, UT, UR).</summary>
    public bool IsSingleValue { get; }

    /// <summary>Whether the code is none of the standard's; kept as read.</summary>
    public bool IsUnknownCode { get; }

#pragma warning disable CS1591 // The two letters are the standard's; a sentence each would repeat PS3.5 Table 6.2-1.
    public static readonly DicomVR AE = Text("AE");
    public static readonly DicomVR AS = Text("AS");
    public static readonly DicomVR AT = new("AT", 2, false, 0, false, false, false);
    public static readonly DicomVR CS = Text("CS");
    public static readonly DicomVR DA = Text("DA");
    public static readonly DicomVR DS = Text("DS");
    public static readonly DicomVR DT = Text("DT");
    public static readonly DicomVR FD = new("FD", 8, false, 0, false, false, false);
    public static readonly DicomVR FL = new("FL", 4, false, 0, false, false, false);
    public static readonly DicomVR IS = Text("IS");
    public static readonly DicomVR LO = Text("LO", characterSet: true);
    public static readonly DicomVR LT = Text("LT", characterSet: true, single: true);
    public static readonly DicomVR OB = new("OB", 1, true, 0, false, false, true);
    public static readonly DicomVR OD = new("OD", 8, true, 0, false, false, true);
    public static readonly DicomVR OF = new("OF", 4, true, 0, false, false, true);
    public static readonly DicomVR OL = new("OL", 4, true, 0, false, false, true);
    public static readonly DicomVR OV = new("OV", 8, true, 0, false, false, true);
    public static readonly DicomVR OW = new("OW", 2, true, 0, false, false, true);
    public static readonly DicomVR PN = Text("PN", characterSet: true);
    public static readonly DicomVR SH = Text("SH", characterSet: true);
    public static readonly DicomVR SL = new("SL", 4, false, 0, false, false, false);
    public static readonly DicomVR SQ = new("SQ", 1, true, 0, false, false, true);
    public static readonly DicomVR SS = new("SS", 2, false, 0, false, false, false);
    public static readonly DicomVR ST = Text("ST", characterSet: true, single: true);
    public static readonly DicomVR SV = new("SV", 8, true, 0, false, false, false);
    public static readonly DicomVR TM = Text("TM");
    public static readonly DicomVR UC = Text("UC", characterSet: true, longLength: true);
    public static readonly DicomVR UI = new("UI", 1, false, 0, true, false, false);
    public static readonly DicomVR UL = new("UL", 4, false, 0, false, false, false);
    public static readonly DicomVR UN = new("UN", 1, true, 0, false, false, true);
    public static readonly DicomVR UR = Text("UR", single: true, longLength: true);
    public static readonly DicomVR US = new("US", 2, false, 0, false, false, false);
    public static readonly DicomVR UT = Text("UT", characterSet: true, single: true, longLength: true);
    public static readonly DicomVR UV = new("UV", 8, true, 0, false, false, false);
#pragma warning restore CS1591

    /// <summary>Every VR of the standard.</summary>
    public static IReadOnlyCollection<DicomVR> All => s_byBytes.Values;

    /// <summary>
    /// The VR with these two bytes; an unknown code comes back as a VR of its own, with a 32-bit length (PS3.5 §6.2.2)
    /// unless the writer is seen to have used a 16-bit one.
    /// </summary>
    public static DicomVR FromBytes(ushort bytes, bool unknownHasLongLength = true) =>
        s_byBytes.TryGetValue(bytes, out var vr) ? vr : new DicomVR(bytes, unknownHasLongLength);

    /// <summary>The VR with this code, or null.</summary>
    public static DicomVR? Find(string code) =>
        code.Length == 2 && s_byBytes.TryGetValue((ushort)(code[0] | (code[1] << 8)), out var vr) ? vr : null;

    /// <summary>The VR with these two letters, or null.</summary>
    internal static DicomVR? Find(byte first, byte second) =>
        s_byBytes.GetValueOrDefault((ushort)(first | (second << 8)));

    /// <inheritdoc/>
    public override string ToString() => Code;

    private static DicomVR Text(
        string code, bool characterSet = false, bool single = false, bool longLength = false) =>
        new(code, 1, longLength, 0x20, true, characterSet, single);
}
