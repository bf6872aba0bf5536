using Defacer.Dicom.Network.UpperLayer;
using Xunit;
using Action = Defacer.Dicom.Network.UpperLayer.Action;

namespace Defacer.Dicom.Tests.Network.UpperLayer;

public sealed class TransitionTableTests
{
    private static readonly State[] s_associated =
        [State.Sta6, State.Sta7, State.Sta8, State.Sta9, State.Sta10, State.Sta11, State.Sta12];

    // A transcript of PS3.8 Table 9-10 by event, and of the actions' next states in Tables 9-6 to 9-9; written
    // apart from the table of the product.
    private static Dictionary<(Event, State), (Action, State)> Transcript(bool isAcceptable, bool isRequestor)
    {
        var cells = new Dictionary<(Event, State), (Action, State)>
        {
            // 9.2.2 Associate establishment
            [(Event.Evt1, State.Sta1)] = (Action.AE1, State.Sta4),
            [(Event.Evt2, State.Sta4)] = (Action.AE2, State.Sta5),
            [(Event.Evt3, State.Sta5)] = (Action.AE3, State.Sta6),
            [(Event.Evt4, State.Sta5)] = (Action.AE4, State.Sta1),
            [(Event.Evt5, State.Sta1)] = (Action.AE5, State.Sta2),
            [(Event.Evt6, State.Sta2)] = (Action.AE6, isAcceptable ? State.Sta3 : State.Sta13),
            [(Event.Evt7, State.Sta3)] = (Action.AE7, State.Sta6),
            [(Event.Evt8, State.Sta3)] = (Action.AE8, State.Sta13),

            // Data transfer
            [(Event.Evt9, State.Sta6)] = (Action.DT1, State.Sta6),
            [(Event.Evt10, State.Sta6)] = (Action.DT2, State.Sta6),
            [(Event.Evt9, State.Sta8)] = (Action.AR7, State.Sta8),
            [(Event.Evt10, State.Sta7)] = (Action.AR6, State.Sta7),

            // Release
            [(Event.Evt11, State.Sta6)] = (Action.AR1, State.Sta7),
            [(Event.Evt12, State.Sta6)] = (Action.AR2, State.Sta8),
            [(Event.Evt12, State.Sta7)] = (Action.AR8, isRequestor ? State.Sta9 : State.Sta10),
            [(Event.Evt13, State.Sta7)] = (Action.AR3, State.Sta1),
            [(Event.Evt13, State.Sta10)] = (Action.AR10, State.Sta12),
            [(Event.Evt13, State.Sta11)] = (Action.AR3, State.Sta1),
            [(Event.Evt14, State.Sta8)] = (Action.AR4, State.Sta13),
            [(Event.Evt14, State.Sta9)] = (Action.AR9, State.Sta11),
            [(Event.Evt14, State.Sta12)] = (Action.AR4, State.Sta13),

            // Abort
            [(Event.Evt15, State.Sta3)] = (Action.AA1, State.Sta13),
            [(Event.Evt15, State.Sta4)] = (Action.AA2, State.Sta1),
            [(Event.Evt15, State.Sta5)] = (Action.AA1, State.Sta13),
            [(Event.Evt16, State.Sta2)] = (Action.AA2, State.Sta1),
            [(Event.Evt16, State.Sta3)] = (Action.AA3, State.Sta1),
            [(Event.Evt16, State.Sta5)] = (Action.AA3, State.Sta1),
            [(Event.Evt16, State.Sta13)] = (Action.AA2, State.Sta1),
            [(Event.Evt17, State.Sta2)] = (Action.AA5, State.Sta1),
            [(Event.Evt17, State.Sta3)] = (Action.AA4, State.Sta1),
            [(Event.Evt17, State.Sta4)] = (Action.AA4, State.Sta1),
            [(Event.Evt17, State.Sta5)] = (Action.AA4, State.Sta1),
            [(Event.Evt17, State.Sta13)] = (Action.AR5, State.Sta1),
            [(Event.Evt18, State.Sta2)] = (Action.AA2, State.Sta1),
            [(Event.Evt18, State.Sta13)] = (Action.AA2, State.Sta1),
            [(Event.Evt6, State.Sta13)] = (Action.AA7, State.Sta13),
            [(Event.Evt19, State.Sta13)] = (Action.AA7, State.Sta13),
        };
        foreach (var state in s_associated)
        {
            cells[(Event.Evt15, state)] = (Action.AA1, State.Sta13);
            cells[(Event.Evt16, state)] = (Action.AA3, State.Sta1);
            cells[(Event.Evt17, state)] = (Action.AA4, State.Sta1);
        }

        // Every PDU that a state does not expect: AA-1 before an association is asked for, AA-8 after, AA-6 when all is
        // over.
        foreach (
            var pdu in new[] { Event.Evt3, Event.Evt4, Event.Evt6, Event.Evt10, Event.Evt12, Event.Evt13, Event.Evt19 })
        {
            cells.TryAdd((pdu, State.Sta2), (Action.AA1, State.Sta13));
            cells.TryAdd((pdu, State.Sta13), (Action.AA6, State.Sta13));
            foreach (var state in s_associated.Append(State.Sta3).Append(State.Sta5))
            {
                cells.TryAdd((pdu, state), (Action.AA8, State.Sta13));
            }
        }

        return cells;
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Step_EveryCell_IsThatOfTheStandard(bool isAcceptable, bool isRequestor)
    {
        var transcript = Transcript(isAcceptable, isRequestor);
        var possible = 0;
        foreach (var happened in Enum.GetValues<Event>())
        {
            foreach (var state in Enum.GetValues<State>())
            {
                var step = TransitionTable.Step(state, happened, new Facts(isAcceptable, isRequestor));
                (Action, State)? expected = transcript.TryGetValue((happened, state), out var cell) ? cell : null;
                (Action, State)? actual = step is { } s ? (s.Action, s.Next) : null;
                Assert.True(expected == actual, $"{happened} in {state}: {actual} where {expected} is due");
                possible += step is null ? 0 : 1;
            }
        }

        Assert.Equal(transcript.Count, possible);
    }

    [Theory]
    [InlineData(State.Sta6, Event.Evt12, Action.AR2, State.Sta8)]
    [InlineData(State.Sta2, Event.Evt18, Action.AA2, State.Sta1)]
    [InlineData(State.Sta10, Event.Evt13, Action.AR10, State.Sta12)]
    internal void Step_WellKnownCell_IsAsPrinted(State state, Event happened, Action action, State next) =>
        Assert.Equal(new Transition(action, next), TransitionTable.Step(state, happened, default));
}
