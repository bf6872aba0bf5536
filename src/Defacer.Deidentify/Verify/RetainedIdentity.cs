namespace Defacer.Deidentify.Verify;

/// <summary>What outputs may keep of the identity by options of PS3.15 E.3, and is therefore not searched for.</summary>
[Flags]
public enum RetainedIdentity
{
    /// <summary>Nothing: the Basic Profile.</summary>
    None = 0,

    /// <summary>Dates and times as they are (113106), but not those of birth and death.</summary>
    Dates = 1,

    /// <summary>UIDs (113110).</summary>
    Uids = 2,

    /// <summary>Serial numbers and names of devices (113109).</summary>
    Device = 4,

    /// <summary>Name and address of the institution (113112).</summary>
    Institution = 8,

    /// <summary>Dates moved by an interval (113107): a moved date may fall on another date of the study.</summary>
    MovedDates = 16,
}

/// <summary>The retained kinds by the names and codes of options.</summary>
public static class RetainedIdentities
{
    private static readonly (string Option, string Code, RetainedIdentity Kind)[] s_options =
    [
        ("retain-longitudinal-full-dates", "113106", RetainedIdentity.Dates),
        ("retain-longitudinal-modified-dates", "113107", RetainedIdentity.MovedDates),
        ("retain-uids", "113110", RetainedIdentity.Uids),
        ("retain-device-identity", "113109", RetainedIdentity.Device),
        ("retain-institution-identity", "113112", RetainedIdentity.Institution),
    ];

    /// <summary>What options of a profile, by name, retain.</summary>
    public static RetainedIdentity FromOptions(IEnumerable<string> options) => Sum(options, o => o.Option);

    /// <summary>What method codes of CID 7050, as an output claims them, retain.</summary>
    public static RetainedIdentity FromCodes(IEnumerable<string> codes) => Sum(codes, o => o.Code);

    private static RetainedIdentity Sum(
        IEnumerable<string> names, Func<(string Option, string Code, RetainedIdentity Kind), string> key) =>
        names.Aggregate(RetainedIdentity.None, (sum, name) =>
            sum | s_options.FirstOrDefault(o => key(o).Equals(name, StringComparison.Ordinal)).Kind);
}
