using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Defacer.Dicom.Network.Tls;

/// <summary>Judges the certificate that a peer shows, and says in a sentence what is wrong with it.</summary>
internal sealed class PeerVerdict(TlsSettings settings, string? calledName)
{
    /// <summary>What is wrong; null before the certificate came, or when nothing is.</summary>
    internal string? Objection { get; private set; }

    internal bool Judge(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!settings.VerifyName)
        {
            errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        }

        if (certificate is null && calledName is null && settings.ClientCertificates != ClientCertificates.Required)
        {
            return true;
        }

        Objection = errors == SslPolicyErrors.None ? null : Explain(certificate as X509Certificate2, chain, errors);
        return Objection is null;
    }

    private string Explain(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "The peer showed no certificate, and one is required; give it one, and its authority to us.";
        }

        const X509ChainStatusFlags None = X509ChainStatusFlags.NoError;
        var flags = chain?.ChainStatus.Aggregate(None, (all, s) => all | s.Status) ?? None;
        var about = $"The peer's certificate '{certificate.Subject}'";
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return ExplainTime(chain!) ?? $"{about} or one above it is not valid at this time.";
        }

        if (flags.HasFlag(X509ChainStatusFlags.Revoked))
        {
            return $"{about} was revoked by its authority; the peer needs a new one.";
        }

        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != None)
        {
            return $"{about} comes from '{certificate.Issuer}', which is not trusted here; add the certificate of that "
                + "authority to the trusted ones, if the peer is the right one.";
        }

        if ((flags & (X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation)) != None)
        {
            return $"{about} cannot be looked up in the revocation list of its authority; let this machine reach the "
                + "list, or switch the look-up off.";
        }

        if (flags.HasFlag(X509ChainStatusFlags.NotValidForUsage))
        {
            return $"{about} is not meant for this use (its extended key usage says otherwise).";
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"{about} is for {Names(certificate)}, not for '{calledName}'; call the peer by that name, or set the name "
                + "that is expected."
            : $"{about} was not accepted ({flags}).";
    }

    private static string? ExplainTime(X509Chain chain)
    {
        var element = chain.ChainElements.FirstOrDefault(
            e => e.ChainElementStatus.Any(s => s.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)));
        if (element?.Certificate is not { } certificate)
        {
            return null;
        }

        var from = certificate.NotBefore.ToUniversalTime();
        var until = certificate.NotAfter.ToUniversalTime();
        return $"The certificate '{certificate.Subject}' is valid from {from:yyyy-MM-dd} to {until:yyyy-MM-dd} (UTC) only; "
            + "the peer needs a new one, unless a clock is wrong.";
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString())))
            .ToList();
        return names.Count > 0 ? string.Join(", ", names) : "no host name";
    }
}
