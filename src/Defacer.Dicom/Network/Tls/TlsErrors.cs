using System.Security.Authentication;

namespace Defacer.Dicom.Network.Tls;

/// <summary>What the errors of handshakes mean, in sentences. The platforms give texts, not codes.</summary>
internal static class TlsErrors
{
    // The alerts of RFC 8446 6.2 as OpenSSL and Schannel word them.
    private static readonly (string Word, string Meaning)[] s_alerts =
    [
        ("certificate required", "it requires a certificate of ours, and we showed none"),
        ("unknown ca", "it does not trust the authority of our certificate; give it that authority's certificate"),
        ("certificate unknown", "it does not accept our certificate; its log says why"),
        ("bad certificate", "it does not accept our certificate; its log says why"),
        ("certificate expired", "it says that our certificate has expired"),
        ("certificate revoked", "it says that our certificate was revoked"),
        ("unsupported certificate", "it cannot use our kind of certificate"),
        ("access denied", "it does not let our certificate in"),
        ("decrypt error", "it could not verify our certificate; it may trust another of the same name"),
        ("protocol version", "it speaks neither TLS 1.2 nor TLS 1.3"),
        ("unsupported protocol", "it speaks neither TLS 1.2 nor TLS 1.3"),
        ("no shared cipher", "there is no cipher suite that both sides allow"),
        ("no suitable", "there is no cipher suite or signature that both sides allow"),
        ("insufficient security", "there is no cipher suite that both sides allow"),
        ("handshake failure", "there is no cipher suite that both sides allow, or it requires a certificate"),
        ("wrong version number", "it does not speak TLS on this port"),
        ("http request", "it speaks HTTP"),
        ("packet length", "it does not speak TLS on this port"),
        ("cannot determine the frame size", "it does not speak TLS on this port"),
        ("no common algorithm", "there is no cipher suite that both sides allow"),
    ];

    /// <summary>The meaning of an alert in an exception or below it; null when there is none.</summary>
    internal static string? Explain(Exception? error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            foreach (var (word, meaning) in s_alerts)
            {
                if (e.Message.Contains(word, StringComparison.OrdinalIgnoreCase))
                {
                    return meaning;
                }
            }
        }

        return null;
    }

    /// <summary>What a failed attempt to secure a connection means; null when the error is of another kind.</summary>
    internal static AssociationLostException? Of(Exception error, string peer, string? objection) => error switch
    {
        CertificateException => new AssociationLostException(LostCause.NotSecured, error.Message, error),
        AuthenticationException or IOException and not AssociationException => NotSecured(peer, objection, error),
        _ => null,
    };

    /// <summary>The exception for a handshake that failed.</summary>
    internal static AssociationLostException NotSecured(string peer, string? objection, Exception error)
    {
        var why = objection
            ?? (Explain(error) is { } meaning ? $"The TLS handshake failed: the peer says that {meaning}." : null)
            ?? (error is AuthenticationException
                ? $"The TLS handshake failed ({error.Message})."
                : "The peer closed the connection within the TLS handshake or right after it: it speaks no TLS on this "
                    + "port, or minds our certificate. Its log says which.");
        return new AssociationLostException(LostCause.NotSecured, $"No secure connection with {peer}. {why}", error);
    }
}
