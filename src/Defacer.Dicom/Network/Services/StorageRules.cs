using System.Collections.Immutable;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Network.Services;

/// <summary>In which order a transfer syntax is chosen out of a proposal that holds several.</summary>
public enum TransferSyntaxOrder
{
    /// <summary>The proposer's first that we take: keeps the compression that the sender has.</summary>
    Proposer,

    /// <summary>Our first that is proposed.</summary>
    Ours,
}

/// <summary>What the storage provider takes.</summary>
public sealed record StorageRules
{
    /// <summary>The transfer syntaxes taken. Default: the uncompressed ones, little endian first.</summary>
    public IReadOnlyList<string> TransferSyntaxes { get; init; } =
    [
        DicomTransferSyntax.ExplicitVRLittleEndian.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID,
    ];

    /// <summary>Whether every storage SOP class of the standard is taken. Default true.</summary>
    public bool AcceptStandardClasses { get; init; } = true;

    /// <summary>SOP classes taken besides, private ones too. Default none.</summary>
    public ImmutableHashSet<string> AdditionalClasses { get; init; } = [];

    /// <summary>
    /// Whether SOP classes outside the standard's root are taken, and those of later editions that the sender calls
    /// storage by common extended negotiation. Default false.
    /// </summary>
    public bool AcceptPrivateClasses { get; init; }

    /// <summary>Whether the rules take a SOP class.</summary>
    public bool Accepts(string sopClass, AssociationRequest request) =>
        (AcceptStandardClasses && StorageSopClasses.IsStandard(sopClass))
        || AdditionalClasses.Contains(sopClass)
        || (AcceptPrivateClasses && (StorageSopClasses.IsPrivate(sopClass) || IsCalledStorage(sopClass, request)));

    private static bool IsCalledStorage(string sopClass, AssociationRequest request) =>
        request.CommonExtendedNegotiations.Any(n =>
            n.SopClassUID == sopClass && n.ServiceClassUID == StorageSopClasses.ServiceClassUID);
}
