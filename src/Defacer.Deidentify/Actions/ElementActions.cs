namespace Defacer.Deidentify.Actions;

/// <summary>The actions, one file each. A new code is one file and one line here.</summary>
internal static class ElementActions
{
    private static readonly IElementAction[] s_all =
    [
        new Keep(),
        new Remove(),
        new Zero(),
        new Replace(),
        new MapUid(),
        new Clean(),
        new Pseudonym(),
        new SetValue(),
        new ShiftDate(),
        new Edit(),
    ];

    private static readonly IElementAction[] s_byCode =
        [.. Enum.GetValues<ActionCode>().Select(c => s_all.Single(a => a.Code == c))];

    internal static IElementAction For(ActionCode code) => s_byCode[(int)code];
}
