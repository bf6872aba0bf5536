namespace Defacer.Observe;

/// <summary>
/// Says in good time that a certificate of ours ends, and when a new file cannot be used: a warning a day from 30 days
/// on, an error from 3 days on.
/// </summary>
public sealed class CertificateWatch(
    Func<IEnumerable<Peers.OwnCertificate>> certificates, NodeMetrics metrics, TimeProvider time,
    ILogger<CertificateWatch> log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_reminder = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_warning = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_urgent = TimeSpan.FromDays(3);
    private readonly Dictionary<string, DateTimeOffset> _reminded = new(StringComparer.Ordinal);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            Look();
            await Task.Delay(s_every, time, ct);
        }
    }

    /// <summary>Looks at every certificate once.</summary>
    public void Look()
    {
        foreach (var certificate in certificates())
        {
            var left = certificate.NotAfter - time.GetUtcNow().UtcDateTime;
            if (left is { } remaining)
            {
                metrics.CertificateEnds(certificate.Setting, remaining);
            }

            if (certificate.Trouble is { } trouble && IsDue($"{certificate.Setting} trouble"))
            {
                log.LogError("The certificate of {Setting} cannot be used as it stands now: {Reason}",
                    certificate.Setting, trouble);
            }

            if (left < s_warning && IsDue(certificate.Setting))
            {
                log.Log(left < s_urgent ? LogLevel.Error : LogLevel.Warning,
                    "The certificate of {Setting} ends at {End:u}; replace its file, a restart is not needed.",
                    certificate.Setting, certificate.NotAfter);
            }
        }
    }

    private bool IsDue(string what)
    {
        if (_reminded.TryGetValue(what, out var at) && time.GetUtcNow() - at < s_reminder)
        {
            return false;
        }

        _reminded[what] = time.GetUtcNow();
        return true;
    }
}
