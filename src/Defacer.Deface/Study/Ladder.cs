using Defacer.Deface.Methods;

namespace Defacer.Deface.Study;

/// <summary>
/// What is tried one after the other until the gate passes: more is taken at each rung, never less checked.
/// </summary>
internal static class Ladder
{
    /// <summary>The rungs for a route's method.</summary>
    /// <exception cref="ArgumentException">There is no such method.</exception>
    internal static IReadOnlyList<LadderRung> For(string method)
    {
        var first = DefaceMethods.Find(method)
            ?? throw new ArgumentException($"There is no method '{method}'; there are {string.Join(", ", DefaceMethods.All.Select(m => m.Name))}.", nameof(method));
        var last = DefaceMethods.Find("atlas-box")!;
        return first.Name == last.Name
            ? [new LadderRung(first, DefaceMargins.Usual), new LadderRung(first, DefaceMargins.Larger)]
            : [new LadderRung(first, DefaceMargins.Usual), new LadderRung(first, DefaceMargins.Larger), new LadderRung(last, DefaceMargins.Usual)];
    }
}

/// <summary>One rung.</summary>
/// <param name="Method">The method.</param>
/// <param name="Margins">How much more than usual it takes.</param>
internal sealed record LadderRung(IDefaceMethod Method, DefaceMargins Margins);
