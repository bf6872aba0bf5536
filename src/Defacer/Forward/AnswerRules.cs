namespace Defacer.Forward;

/// <summary>What an answer means for the instance.</summary>
public enum AnswerClass
{
    /// <summary>The destination keeps it.</summary>
    Delivered,

    /// <summary>The destination has no room for anything now: wait, then go on.</summary>
    Busy,

    /// <summary>May work next time; after some attempts a person must look.</summary>
    TryAgain,

    /// <summary>Will never work as it is; a person must look.</summary>
    Refused,
}

/// <summary>
/// Statuses of C-STORE as a sender must take them (PS3.4 B.2.3, PS3.7 Annex C). Every instance is judged, not the
/// last.
/// </summary>
public static class AnswerRules
{
    /// <summary>
    /// Attempts before an instance that may work next time is held. With doubling waits from 10 s this is about 5
    /// minutes.
    /// </summary>
    public const int MaxAttempts = 5;

    /// <summary>The class of a status.</summary>
    public static AnswerClass Classify(ushort status) => status switch
    {
        0x0000 => AnswerClass.Delivered,

        // Warnings: kept, with a remark.
        0x0001 or 0x0107 or 0x0116 or (>= 0xB000 and <= 0xBFFF) => AnswerClass.Delivered,

        // Duplicate SOP instance: it has it from an attempt whose answer was lost; UIDs are derived, so it is this one.
        0x0111 => AnswerClass.Delivered,
        >= 0xA700 and <= 0xA7FF => AnswerClass.Busy,
        0x0213 => AnswerClass.Busy,

        // Data set does not match, cannot understand, invalid UID, class not supported, not authorized.
        (>= 0xA900 and <= 0xA9FF) or (>= 0xC000 and <= 0xCFFF) or 0x0117 or 0x0122 or 0x0124 => AnswerClass.Refused,
        _ => AnswerClass.TryAgain,
    };

    /// <summary>The status for metrics: few values.</summary>
    public static string Label(ushort status) => Classify(status) switch
    {
        AnswerClass.Delivered => status == 0 ? "success" : "warning",
        AnswerClass.Busy => "busy",
        AnswerClass.Refused => "refused",
        _ => "failure",
    };
}
