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
        if (first.Name == last.Name)
        {
            return [new LadderRung(first, DefaceMargins.Usual), new LadderRung(first, DefaceMargins.Larger)];
        }

        // Where a network leads too far, the head's shape alone may do, under the same checks.
        LadderRung[] shape = first.Name is "fused" or "unet"
            ? [new LadderRung(DefaceMethods.Require("depth-mask", networks), DefaceMargins.Usual)]
            : [];
        return
        [
            new LadderRung(first, DefaceMargins.Usual), new LadderRung(first, DefaceMargins.Larger), .. shape,
            new LadderRung(last, DefaceMargins.Usual),
        ];
    }
}

/// <summary>One rung.</summary>
/// <param name="Method">The method.</param>
/// <param name="Margins">How much more than usual it takes.</param>
internal sealed record LadderRung(IDefaceMethod Method, DefaceMargins Margins);
