using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;

namespace Defacer.Observe;

/// <summary>Tells systemd that the node lives, twice in each interval of the unit's WatchdogSec.</summary>
public sealed class SystemdWatchdog(
    ISystemdNotifier notifier, Func<IReadOnlyList<string>> whyNotAlive, TimeSpan interval, TimeProvider time)
{
    /// <summary>The interval that systemd asks for (sd_watchdog_enabled); null when it does not watch.</summary>
    public static TimeSpan? RequestedInterval() =>
        long.TryParse(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
            ? TimeSpan.FromMicroseconds(n)
            : null;

    /// <summary>Runs until cancelled. A node that does not live is silent: systemd restarts it.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            if (whyNotAlive() is [])
            {
                notifier.Notify(new ServiceState("WATCHDOG=1"));
            }

            await Task.Delay(interval / 2, time, ct);
        }
    }
}
