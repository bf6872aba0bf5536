using System.Collections.Frozen;

namespace Defacer.Dicom.Network.Dimse;

/// <summary>The class of a status (PS3.7 Annex C).</summary>
public enum DicomState
{
    /// <summary>0000.</summary>
    Success,

    /// <summary>FFxx: more responses follow.</summary>
    Pending,

    /// <summary>FE00.</summary>
    Cancel,

    /// <summary>Bxxx, 0001, 0107, 0116: done, with a remark.</summary>
    Warning,

    /// <summary>Everything else, unknown codes too.</summary>
    Failure,
}

/// <summary>The status of a response, (0000,0900), with its comment, (0000,0902).</summary>
/// <param name="Code">The code.</param>
/// <param name="ErrorComment">At most 64 characters, no patient data; null when there is none.</param>
public readonly record struct DicomStatus(ushort Code, string? ErrorComment = null)
{
    /// <summary>Characters of an error comment (LO).</summary>
    public const int MaxErrorCommentLength = 64;

    // PS3.7 Annex C, general; PS3.4 B.2.3, C-STORE.
    private static readonly FrozenDictionary<ushort, string> s_descriptions = new Dictionary<ushort, string>
    {
        [0x0000] = "Success",
        [0x0001] = "Warning: requested optional attributes are not supported",
        [0x0105] = "Failure: no such attribute",
        [0x0106] = "Failure: invalid attribute value",
        [0x0107] = "Warning: attribute list error",
        [0x0110] = "Failure: processing failure",
        [0x0111] = "Failure: duplicate SOP instance",
        [0x0112] = "Failure: no such SOP instance",
        [0x0113] = "Failure: no such event type",
        [0x0114] = "Failure: no such argument",
        [0x0115] = "Failure: invalid argument value",
        [0x0116] = "Warning: attribute value out of range",
        [0x0117] = "Failure: invalid SOP instance",
        [0x0118] = "Failure: no such SOP class",
        [0x0119] = "Failure: class-instance conflict",
        [0x0120] = "Failure: missing attribute",
        [0x0121] = "Failure: missing attribute value",
        [0x0122] = "Refused: SOP class not supported",
        [0x0123] = "Failure: no such action type",
        [0x0124] = "Refused: not authorized",
        [0x0131] = "Failure: duplicate transaction UID",
        [0x0210] = "Failure: duplicate invocation",
        [0x0211] = "Failure: unrecognized operation",
        [0x0212] = "Failure: mistyped argument",
        [0x0213] = "Failure: resource limitation",
        [0xB000] = "Warning: coercion of data elements",
        [0xB006] = "Warning: elements discarded",
        [0xB007] = "Warning: data set does not match SOP class",
        [0xFE00] = "Cancel",
        [0xFF00] = "Pending",
        [0xFF01] = "Pending: optional keys are not supported",
    }.ToFrozenDictionary();

    /// <summary>0000: stored for good.</summary>
    public static DicomStatus Success => new(0x0000);

    /// <summary>A700: out of resources; the sender tries again later.</summary>
    public static DicomStatus OutOfResources => new(0xA700);

    /// <summary>A900: the data set is not what the command said.</summary>
    public static DicomStatus DataSetDoesNotMatchSOPClass => new(0xA900);

    /// <summary>C000: the data set cannot be parsed.</summary>
    public static DicomStatus CannotUnderstand => new(0xC000);

    /// <summary>0110: an error of ours.</summary>
    public static DicomStatus ProcessingFailure => new(0x0110);

    /// <summary>0111: there is one already.</summary>
    public static DicomStatus DuplicateSOPInstance => new(0x0111);

    /// <summary>0112: there is none.</summary>
    public static DicomStatus NoSuchSOPInstance => new(0x0112);

    /// <summary>0117: the instance UID is empty or no UID.</summary>
    public static DicomStatus InvalidSOPInstance => new(0x0117);

    /// <summary>0122: not the class of the context.</summary>
    public static DicomStatus SOPClassNotSupported => new(0x0122);

    /// <summary>0124: the caller may not do this.</summary>
    public static DicomStatus NotAuthorized => new(0x0124);

    /// <summary>0210: the message id is in use.</summary>
    public static DicomStatus DuplicateInvocation => new(0x0210);

    /// <summary>0211: the command is not one of the context's service.</summary>
    public static DicomStatus UnrecognizedOperation => new(0x0211);

    /// <summary>0212: an argument is not what the command needs.</summary>
    public static DicomStatus MistypedArgument => new(0x0212);

    /// <summary>0213: a limit of ours.</summary>
    public static DicomStatus ResourceLimitation => new(0x0213);

    /// <summary>B000: stored, but changed.</summary>
    public static DicomStatus CoercionOfDataElements => new(0xB000);

    /// <summary>B006: stored, but not everything.</summary>
    public static DicomStatus ElementsDiscarded => new(0xB006);

    /// <summary>The class of the code.</summary>
    public DicomState State => Code switch
    {
        0x0000 => DicomState.Success,
        0x0001 or 0x0107 or 0x0116 or (>= 0xB000 and <= 0xBFFF) => DicomState.Warning,
        0xFE00 => DicomState.Cancel,
        >= 0xFF00 => DicomState.Pending,
        _ => DicomState.Failure,
    };

    /// <summary>Whether the peer keeps what was sent: success, or a warning.</summary>
    public bool IsSuccessOrWarning => State is DicomState.Success or DicomState.Warning;

    /// <summary>
    /// Whether the same message may succeed later: out of resources, processing failure, resource limitation.
    /// </summary>
    public bool IsTransient => Code is (>= 0xA700 and <= 0xA7FF) or 0x0110 or 0x0213;

    /// <summary>What the code means.</summary>
    public string Description =>
        s_descriptions.TryGetValue(Code, out var text) ? text : Code switch
        {
            >= 0xA700 and <= 0xA7FF => "Refused: out of resources",
            >= 0xA900 and <= 0xA9FF => "Error: data set does not match SOP class",
            >= 0xB000 and <= 0xBFFF => "Warning",
            >= 0xC000 and <= 0xCFFF => "Error: cannot understand",
            >= 0xFF00 => "Pending",
            _ => "Failure",
        };

    /// <summary>
    /// The same code with a comment; what a LO value cannot hold is replaced, what is too long is cut.
    /// </summary>
    public DicomStatus WithComment(string comment)
    {
        var cut = comment.Length > MaxErrorCommentLength ? comment[..MaxErrorCommentLength] : comment;
        return new DicomStatus(Code, string.Create(cut.Length, cut, static (target, text) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                target[i] = text[i] is >= ' ' and <= '~' and not '\\' ? text[i] : '?';
            }
        }));
    }

    /// <summary><c>A700H Refused: out of resources (comment)</c>.</summary>
    public override string ToString() =>
        ErrorComment is null ? $"{Code:X4}H {Description}" : $"{Code:X4}H {Description} ({ErrorComment})";
}
