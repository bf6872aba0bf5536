namespace Defacer.Dicom.Network.Dimse;

/// <summary>Commands (PS3.7 Table E.1-1). Responses have bit 15 set.</summary>
public static class CommandField
{
#pragma warning disable CS1591 // The names are the standard's.
    public const ushort CStoreRQ = 0x0001;
    public const ushort CStoreRSP = 0x8001;
    public const ushort CGetRQ = 0x0010;
    public const ushort CFindRQ = 0x0020;
    public const ushort CMoveRQ = 0x0021;
    public const ushort CEchoRQ = 0x0030;
    public const ushort CEchoRSP = 0x8030;
    public const ushort NEventReportRQ = 0x0100;
    public const ushort NActionRQ = 0x0130;
    public const ushort CCancelRQ = 0x0FFF;
    public const ushort ResponseBit = 0x8000;
#pragma warning restore CS1591
}
