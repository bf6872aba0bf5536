using System.Globalization;

namespace Defacer.Dicom.Network.UpperLayer;

/// <summary>What the next state can depend on besides state and event.</summary>
/// <param name="IsRequestAcceptable">AE-6: whether the provider takes the A-ASSOCIATE-RQ.</param>
/// <param name="IsRequestor">AR-8: whether this side asked for the association.</param>
internal readonly record struct Facts(bool IsRequestAcceptable = false, bool IsRequestor = false);

/// <summary>What to do, and where that leads.</summary>
internal readonly record struct Transition(Action Action, State Next);

/// <summary>The state machine of the upper layer: PS3.8 Table 9-10. Touches nothing.</summary>
internal static class TransitionTable
{
    // Action/next state; '-' cannot happen; '?': a fact decides the next state (AE-6: Sta3 or Sta13; AR-8: Sta9 or
    // Sta10).
    private const string Table9_10 = """
              Sta1    Sta2    Sta3    Sta4    Sta5    Sta6    Sta7    Sta8    Sta9    Sta10   Sta11   Sta12   Sta13
        Evt1  AE-1/4  -       -       -       -       -       -       -       -       -       -       -       -
        Evt2  -       -       -       AE-2/5  -       -       -       -       -       -       -       -       -
        Evt3  -       AA-1/13 AA-8/13 -       AE-3/6  AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13
        Evt4  -       AA-1/13 AA-8/13 -       AE-4/1  AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13
        Evt5  AE-5/2  -       -       -       -       -       -       -       -       -       -       -       -
        Evt6  -       AE-6/?  AA-8/13 -       AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-7/13
        Evt7  -       -       AE-7/6  -       -       -       -       -       -       -       -       -       -
        Evt8  -       -       AE-8/13 -       -       -       -       -       -       -       -       -       -
        Evt9  -       -       -       -       -       DT-1/6  -       AR-7/8  -       -       -       -       -
        Evt10 -       AA-1/13 AA-8/13 -       AA-8/13 DT-2/6  AR-6/7  AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13
        Evt11 -       -       -       -       -       AR-1/7  -       -       -       -       -       -       -
        Evt12 -       AA-1/13 AA-8/13 -       AA-8/13 AR-2/8  AR-8/?  AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13
        Evt13 -       AA-1/13 AA-8/13 -       AA-8/13 AA-8/13 AR-3/1  AA-8/13 AA-8/13 AR-10/12 AR-3/1 AA-8/13 AA-6/13
        Evt14 -       -       -       -       -       -       -       AR-4/13 AR-9/11 -       -       AR-4/13 -
        Evt15 -       -       AA-1/13 AA-2/1  AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 -
        Evt16 -       AA-2/1  AA-3/1  -       AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-2/1
        Evt17 -       AA-5/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AR-5/1
        Evt18 -       AA-2/1  -       -       -       -       -       -       -       -       -       -       AA-2/1
        Evt19 -       AA-1/13 AA-8/13 -       AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-7/13
        """;

    private const int States = 13;
    private static readonly Cell[,] s_cells = Parse();

    /// <summary>The action and the next state; null where the table says that the event cannot happen.</summary>
    internal static Transition? Step(State state, Event happened, Facts facts)
    {
        var cell = s_cells[(int)happened, (int)state];
        return cell.Action switch
        {
            Action.None => null,
            Action.AE6 => new Transition(Action.AE6, facts.IsRequestAcceptable ? State.Sta3 : State.Sta13),
            Action.AR8 => new Transition(Action.AR8, facts.IsRequestor ? State.Sta9 : State.Sta10),
            _ => new Transition(cell.Action, cell.Next),
        };
    }

    private static Cell[,] Parse()
    {
        var cells = new Cell[(int)Event.Evt19 + 1, States + 1];
        foreach (var line in Table9_10.Split('\n').Skip(1))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var happened = (int)Enum.Parse<Event>(words[0]);
            for (var state = 1; state <= States; state++)
            {
                cells[happened, state] = words[state] == "-" ? default : ParseCell(words[state]);
            }
        }

        return cells;
    }

    private static Cell ParseCell(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var action = Enum.Parse<Action>(text[..slash].Replace("-", string.Empty, StringComparison.Ordinal));
        var next = text[(slash + 1)..];
        return new Cell(action, next == "?" ? default : (State)int.Parse(next, CultureInfo.InvariantCulture));
    }

    private readonly record struct Cell(Action Action, State Next);
}
