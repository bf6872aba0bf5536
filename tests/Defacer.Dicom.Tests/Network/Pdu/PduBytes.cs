namespace Defacer.Dicom.Tests.Network.Pdu;

/// <summary>
/// Whole PDUs, byte by byte, annotated with their place in PS3.8 9.3 and PS3.7 D.3.3; written by hand from the
/// standard.
/// </summary>
internal static class PduBytes
{
    /// <summary>
    /// A request: STORE_SCP called by ECHO_SCU, verification in context 1 with implicit little endian, every user item.
    /// </summary>
    internal static readonly byte[] AssociateRQ =
    [
        0x01, 0x00, 0x00, 0x00, 0x01, 0x4F,                                     // type, reserved, length 335
        0x00, 0x01, 0x00, 0x00,                                                 // protocol version 1, reserved
        .. "STORE_SCP       "u8,                                                // called
        .. " ECHO_SCU       "u8,                                                // calling, a leading space
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                         // reserved
        0x10, 0x00, 0x00, 0x15, .. "1.2.840.10008.3.1.1.1"u8,                   // application context, 21
        0x20, 0x00, 0x00, 0x2E,                                                 // presentation context, 46
        0x01, 0x00, 0x00, 0x00,                                                 //   id 1
        0x30, 0x00, 0x00, 0x11, .. "1.2.840.10008.1.1"u8,                       //   abstract syntax, 17
        0x40, 0x00, 0x00, 0x11, .. "1.2.840.10008.1.2"u8,                       //   transfer syntax, 17
        0x50, 0x00, 0x00, 0xBC,                                                 // user information, 188
        0x51, 0x00, 0x00, 0x04, 0x00, 0x00, 0x40, 0x00,                         //   maximum length 16384
        0x52, 0x00, 0x00, 0x05, .. "1.2.3"u8,                                   //   implementation class
        0x53, 0x00, 0x00, 0x04, 0x00, 0x05, 0x00, 0x03,                         //   window 5/3
        0x54, 0x00, 0x00, 0x15, 0x00, 0x11, .. "1.2.840.10008.1.1"u8, 1, 0,     //   role: SCU
        0x55, 0x00, 0x00, 0x08, .. "VERSION1"u8,                                //   implementation version
        0x56, 0x00, 0x00, 0x19, 0x00, 0x11, .. "1.2.840.10008.1.1"u8,           //   extended negotiation
        0x02, 0x00, 0x03, 0x00, 0x01, 0x00,                                     //     its information
        0x57, 0x00, 0x00, 0x4A,                                                 //   common extended negotiation, 74
        0x00, 0x19, .. "1.2.840.10008.5.1.4.1.1.4"u8,                           //     SOP class
        0x00, 0x11, .. "1.2.840.10008.4.2"u8,                                   //     service class: storage
        0x00, 0x1A, 0x00, 0x18, .. "1.2.840.10008.5.1.4.1.9."u8,               //     one related general SOP class
        0x58, 0x00, 0x00, 0x0F, 0x02, 0x01,                                     //   user identity, answer wanted
        0x00, 0x04, .. "user"u8, 0x00, 0x05, .. "12345"u8,
    ];

    /// <summary>The answer to a verification request.</summary>
    internal static readonly byte[] AssociateAC =
    [
        0x02, 0x00, 0x00, 0x00, 0x00, 0x95,                                     // type, reserved, length 149
        0x00, 0x01, 0x00, 0x00,
        .. "STORE_SCP       "u8,
        .. "ECHO_SCU        "u8,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0x10, 0x00, 0x00, 0x15, .. "1.2.840.10008.3.1.1.1"u8,
        0x21, 0x00, 0x00, 0x19,                                                 // presentation context, 25
        0x01, 0x00, 0x00, 0x00,                                                 //   id 1, accepted
        0x40, 0x00, 0x00, 0x11, .. "1.2.840.10008.1.2"u8,
        0x50, 0x00, 0x00, 0x17,                                                 // user information, 23
        0x51, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00,                         //   maximum length 262144
        0x52, 0x00, 0x00, 0x05, .. "1.2.3"u8,
        0x59, 0x00, 0x00, 0x02, 0x00, 0x00,                                     //   identity response, empty
    ];

    /// <summary>2/3/1: transient, presentation, temporary congestion.</summary>
    internal static readonly byte[] AssociateRJ = [0x03, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x02, 0x03, 0x01];

    /// <summary>C-ECHO-RQ, message 7, in one PDV.</summary>
    internal static readonly byte[] EchoRequest =
    [
        0x04, 0x00, 0x00, 0x00, 0x00, 0x4A,                                     // P-DATA-TF, 74
        0x00, 0x00, 0x00, 0x46, 0x01, 0x03,                                     // PDV 70, context 1, command, last
        0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x38, 0x00, 0x00, 0x00, // (0000,0000) group length 56
        0x00, 0x00, 0x02, 0x00, 0x12, 0x00, 0x00, 0x00, .. "1.2.840.10008.1.1\0"u8,
        0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x30, 0x00,             // (0000,0100) C-ECHO-RQ
        0x00, 0x00, 0x10, 0x01, 0x02, 0x00, 0x00, 0x00, 0x07, 0x00,             // (0000,0110) message 7
        0x00, 0x00, 0x00, 0x08, 0x02, 0x00, 0x00, 0x00, 0x01, 0x01,             // (0000,0800) no data set
    ];

    internal static readonly byte[] ReleaseRQ = [0x05, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00];

    internal static readonly byte[] ReleaseRP = [0x06, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00];

    /// <summary>Source 2, reason 6: a value out of range.</summary>
    internal static readonly byte[] Abort = [0x07, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x02, 0x06];
}
