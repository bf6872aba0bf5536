using Defacer.Deface.Methods;
using Defacer.Deface.Models;

namespace Defacer.Deface.Study;

/// <summary>
/// What is tried one after the other until the gate passes: more is taken at each rung, never less checked.
/// </summary>
internal static class Ladder
{
    /// <summary>The rungs for a route's method.</summary>
    /// <exception cref="ArgumentException">There is no such method, or it lacks its weights.</exception>
    internal static IReadOnlyList<LadderRung> For(string method, HeadNetworks? networks)
    {
        var first = DefaceMethods.Require(method, networks);
        var last = DefaceMethods.Require("atlas-box", networks);
        return first.Name == last.Name
            ? [new LadderRung(first, DefaceMargins.Usual), new LadderRung(first, DefaceMargins.Larger)]
            : [new LadderRung(first, DefaceMargins.Usual), new LadderRung(first, DefaceMargins.Larger), new LadderRung(last, DefaceMargins.Usual)];
    }
}

/// <summary>One rung.</summary>
/// <param name="Method">The method.</param>
/// <param name="Margins">How much more than usual it takes.</param>
internal sealed record LadderRung(IDefaceMethod Method, DefaceMargins Margins);
