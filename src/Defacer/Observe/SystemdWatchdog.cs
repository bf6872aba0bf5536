using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;

namespace Defacer.Observe;

/// <summary>
/// Tells systemd that the node lives, twice in each interval that the unit's WatchdogSec asks for; silent when it
/// does not.
/// </summary>
public sealed class SystemdWatchdog(ISystemdNotifier notifier, NodeHealth health, TimeProvider time)
{
    /// <summary>Runs until cancelled; ends at once where nobody watches.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var text = Environment.GetEnvironmentVariable("WATCHDOG_USEC");
        if (!notifier.IsEnabled || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture,
            out var microseconds) || microseconds <= 0)
        {
            return;
        }

        while (true)
        {
            if (health.WhyNotAlive() is [])
            {
                notifier.Notify(new ServiceState("WATCHDOG=1"));
            }

            await Task.Delay(TimeSpan.FromMicroseconds(microseconds / 2), time, ct);
        }
    }
}
