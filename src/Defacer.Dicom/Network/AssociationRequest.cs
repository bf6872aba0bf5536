using Defacer.Dicom.Data;

namespace Defacer.Dicom.Network;

/// <summary>
/// What a caller asks for, as an <see cref="IAssociationPolicy"/> sees it. Titles are trimmed and hold printable ASCII
/// only.
/// </summary>
public sealed record AssociationRequest
{
    /// <summary>Who calls.</summary>
    public required string CallingAeTitle { get; init; }

    /// <summary>Whom they call.</summary>
    public required string CalledAeTitle { get; init; }

    /// <summary>The caller's implementation (PS3.7 D.3.3.2); null when not given.</summary>
    public string? ImplementationClassUID { get; init; }

    /// <summary>The caller's version, 1 to 16 characters; null when not given.</summary>
    public string? ImplementationVersionName { get; init; }

    /// <summary>Who the user says they are (PS3.7 D.3.3.7); null when not given. Never log it.</summary>
    public UserIdentity? UserIdentity { get; init; }

    /// <summary>The certificate that the caller showed and that was accepted; null without one.</summary>
    public PeerCertificate? Certificate { get; init; }

    /// <summary>The proposed contexts.</summary>
    public required IReadOnlyList<ProposedContext> Contexts { get; init; }

    /// <summary>What the caller says about SOP classes that we may not know (PS3.7 D.3.3.6).</summary>
    public IReadOnlyList<CommonExtendedNegotiation> CommonExtendedNegotiations { get; init; } = [];
}

/// <summary>A certificate by which a caller is known.</summary>
/// <param name="Fingerprint">SHA-256 over it, 64 hexadecimal digits in upper case.</param>
/// <param name="Subject">Its subject.</param>
public sealed record PeerCertificate(string Fingerprint, string Subject);

/// <summary>One abstract syntax with the transfer syntaxes offered for it (PS3.8 9.3.2.2).</summary>
/// <param name="AbstractSyntax">The SOP class UID.</param>
/// <param name="TransferSyntaxes">At least one, in the proposer's order.</param>
public sealed record ProposedContext(string AbstractSyntax, params IReadOnlyList<string> TransferSyntaxes)
{
    /// <summary>In explicit or implicit VR little endian, as services without pixel data speak.</summary>
    public static ProposedContext Uncompressed(string abstractSyntax) => new(
        abstractSyntax, DicomTransferSyntax.ExplicitVRLittleEndian.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID);
}

/// <summary>How a user identity is proven (PS3.7 Table D.3-14).</summary>
public enum UserIdentityType
{
    /// <summary>A name in UTF-8.</summary>
    Username = 1,

    /// <summary>A name and a passcode, both in UTF-8; in clear text where there is no TLS.</summary>
    UsernameAndPasscode = 2,

    /// <summary>A Kerberos service ticket.</summary>
    Kerberos = 3,

    /// <summary>A SAML assertion.</summary>
    Saml = 4,

    /// <summary>A JSON Web Token.</summary>
    JsonWebToken = 5,
}

/// <summary>The user identity of an association request (PS3.7 D.3.3.7). Holds secrets: never log it.</summary>
/// <param name="Type">The kind; unknown numbers are passed on.</param>
/// <param name="IsResponseRequested">Whether the caller wants to hear that the identity was checked.</param>
/// <param name="Primary">Name, ticket, assertion or token.</param>
/// <param name="Secondary">The passcode; else empty.</param>
public sealed record UserIdentity(
    UserIdentityType Type, bool IsResponseRequested, ReadOnlyMemory<byte> Primary, ReadOnlyMemory<byte> Secondary)
{
    /// <summary>The kind alone, so that no log shows a secret by accident.</summary>
    public override string ToString() => Type.ToString();
}

/// <summary>Which roles the proposer of an association may take for a SOP class (PS3.7 D.3.3.4).</summary>
/// <param name="SopClassUID">The SOP class.</param>
/// <param name="IsUser">Whether the proposer may be its SCU.</param>
/// <param name="IsProvider">Whether the proposer may be its SCP.</param>
public sealed record RoleSelection(string SopClassUID, bool IsUser, bool IsProvider);

/// <summary>Details of a SOP class that both sides settle (PS3.7 D.3.3.5).</summary>
/// <param name="SopClassUID">The SOP class.</param>
/// <param name="Information">Bytes whose meaning the service class gives.</param>
public sealed record ExtendedNegotiation(string SopClassUID, ReadOnlyMemory<byte> Information);

/// <summary>To which service class a SOP class belongs (PS3.7 D.3.3.6).</summary>
/// <param name="SopClassUID">The SOP class, perhaps one that we do not know.</param>
/// <param name="ServiceClassUID">For example 1.2.840.10008.4.2, Storage.</param>
/// <param name="RelatedGeneralSopClassUIDs">SOP classes that it specializes.</param>
public sealed record CommonExtendedNegotiation(
    string SopClassUID, string ServiceClassUID, IReadOnlyList<string> RelatedGeneralSopClassUIDs);
