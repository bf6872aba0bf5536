using Defacer.Observe;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Defacer.Tests.Observe;

public class SystemdWatchdogTests
{
    [Fact]
    public async Task Run_NodeLives_TellsTwiceAnIntervalAndIsSilentWhenItDoesNot()
    {
        var time = new FakeTimeProvider();
        var notifier = new CountingNotifier();
        IReadOnlyList<string> reasons = [];
        using var stop = new CancellationTokenSource();
        var interval = TimeSpan.FromSeconds(60);
        var running = new SystemdWatchdog(notifier, () => reasons, interval, time).RunAsync(stop.Token);
        Assert.Equal(["WATCHDOG=1"], notifier.States);

        time.Advance(TimeSpan.FromSeconds(30));
        await RunningUntil(() => notifier.States.Count == 2);
        reasons = ["a loop stopped"];
        for (var i = 0; i < 4; i++)
        {
            time.Advance(TimeSpan.FromSeconds(30));
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(2, notifier.States.Count);
    }

    private static Task RunningUntil(Func<bool> condition) => Hosting.RunningNode.UntilAsync(() => Task.FromResult(condition()));

    private sealed class CountingNotifier : ISystemdNotifier
    {
        public List<string> States { get; } = [];

        public bool IsEnabled => true;

        public void Notify(ServiceState state) => States.Add(state.ToString());
    }
}
