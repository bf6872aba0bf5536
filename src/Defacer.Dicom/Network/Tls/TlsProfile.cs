using System.Net.Security;

namespace Defacer.Dicom.Network.Tls;

/// <summary>Secure transport connection profiles of PS3.15 Annex B. Both take TLS 1.2 and 1.3 only.</summary>
public enum TlsProfile
{
    /// <summary>PS3.15 B.12, BCP 195 RFC 8996, 9325: the suites that RFC 9325 4.2 recommends.</summary>
    Bcp195,

    /// <summary>PS3.15 B.13, Modified BCP 195: its closed list, without DHE, whose key length cannot be set here.</summary>
    ModifiedBcp195,
}

/// <summary>The cipher suites of a profile, in the order of preference.</summary>
internal static class TlsCipherSuites
{
    private static readonly TlsCipherSuite[] s_recommended =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ];

    private static readonly TlsCipherSuite[] s_modified =
    [
        .. s_recommended,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CCM,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
    ];

    internal static IReadOnlyList<TlsCipherSuite> Of(TlsProfile profile) =>
        profile == TlsProfile.Bcp195 ? s_recommended : s_modified;

    /// <summary>The policy for a handshake; null on Windows, where the system's own list is offered.</summary>
    internal static CipherSuitesPolicy? Policy(TlsProfile profile) =>
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? new CipherSuitesPolicy(Of(profile)) : null;

    /// <summary>What was negotiated must be of the profile, also where the system made the offer.</summary>
    /// <exception cref="AssociationLostException">It is not.</exception>
    internal static void Require(TlsProfile profile, SslStream stream)
    {
        if (!Of(profile).Contains(stream.NegotiatedCipherSuite))
        {
            throw new AssociationLostException(
                LostCause.NotSecured,
                $"The peer and this system agreed on {stream.NegotiatedCipherSuite}, which {profile} does not allow; "
                + "order the cipher suites of this system accordingly.");
        }
    }
}
