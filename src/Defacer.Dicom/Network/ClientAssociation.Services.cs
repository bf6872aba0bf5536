using System.Net;
using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Network.Services;

namespace Defacer.Dicom.Network;

// Query, retrieval and storage commitment.
public sealed partial class ClientAssociation
{
    /// <summary>Queries the peer (C-FIND).</summary>
    /// <param name="model">The query SOP class, for example the study root's.</param>
    /// <param name="identifier">Level, keys to match and keys to return (PS3.4 C.4.1.1.3).</param>
    /// <param name="onMatch">Told each match; false asks the peer to stop (C-CANCEL).</param>
    /// <param name="cancellationToken">Aborts the association.</param>
    /// <exception cref="AssociationException">The association ended.</exception>
    public Task<DicomStatus> FindAsync(
        string model, DicomDataset identifier, Func<DicomDataset, bool> onMatch, CancellationToken cancellationToken) =>
        RunAsync(() => FindUser.FindAsync(
            _user.Value, model, identifier, onMatch, NextMessageId(), cancellationToken));

    /// <summary>Lets the peer send instances to an application entity that it knows (C-MOVE).</summary>
    /// <param name="model">The move SOP class.</param>
    /// <param name="identifier">Level and unique keys.</param>
    /// <param name="destination">The AE title of the receiver.</param>
    /// <param name="onProgress">Told of the sub-operations; null for not.</param>
    /// <param name="cancellationToken">Aborts the association.</param>
    /// <exception cref="AssociationException">The association ended.</exception>
    public Task<RetrieveResponse> MoveAsync(
        string model,
        DicomDataset identifier,
        string destination,
        Action<RetrieveResponse>? onProgress,
        CancellationToken cancellationToken)
    {
        OptionBounds.RequireAeTitle(destination, nameof(destination));
        return RunAsync(() => RetrieveUser.RetrieveAsync(
            _user.Value, model, identifier, destination, onProgress, NextMessageId(), cancellationToken));
    }

    /// <summary>
    /// Lets the peer send instances on this association (C-GET). <see cref="ClientOptions.Services"/> must hold a
    /// <see cref="StoreProvider"/>, and <see cref="ClientOptions.Roles"/> the SCP role of each storage class proposed.
    /// </summary>
    /// <inheritdoc cref="FindAsync"/>
    /// <param name="model">The get SOP class.</param>
    /// <param name="identifier">Level and unique keys.</param>
    /// <param name="onProgress">Told of the sub-operations; null for not.</param>
    /// <param name="cancellationToken">Aborts the association.</param>
    public Task<RetrieveResponse> GetAsync(
        string model,
        DicomDataset identifier,
        Action<RetrieveResponse>? onProgress,
        CancellationToken cancellationToken) =>
        RunAsync(() => RetrieveUser.RetrieveAsync(
            _user.Value, model, identifier, null, onProgress, NextMessageId(), cancellationToken));

    /// <summary>
    /// Asks the peer to commit to instances (N-ACTION). Success says that it will report; whether it commits stands in
    /// the report, which comes here (<see cref="ServeAsync"/>) or on an association of the peer.
    /// </summary>
    /// <exception cref="AssociationException">The association ended.</exception>
    public Task<DicomStatus> RequestCommitmentAsync(CommitmentRequest request, CancellationToken cancellationToken) =>
        RunAsync(() => CommitmentUser.RequestAsync(_user.Value, request, NextMessageId(), cancellationToken));

    /// <summary>Reports to a peer that asked us to commit (N-EVENT-REPORT); needs the SCP role.</summary>
    /// <exception cref="AssociationException">The association ended.</exception>
    public Task<DicomStatus> ReportCommitmentAsync(CommitmentReport report, CancellationToken cancellationToken) =>
        RunAsync(() => CommitmentUser.ReportAsync(_user.Value, report, NextMessageId(), cancellationToken));

    /// <summary>
    /// Waits for one request of the peer and lets <see cref="ClientOptions.Services"/> serve it. False when the peer
    /// said nothing for the time, or asked for release instead; then the association is over.
    /// </summary>
    /// <exception cref="AssociationException">The association ended otherwise.</exception>
    public Task<bool> ServeAsync(TimeSpan wait, CancellationToken cancellationToken) => RunAsync(async () =>
    {
        try
        {
            if (await _user.Value.ServeOneAsync(wait, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            _isOver = true;
            await _layer.AnswerReleaseAsync().ConfigureAwait(false);
            await _layer.CloseAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (AssociationLostException e) when (e.IsIdle)
        {
            // Nothing was begun: the association can still be used, or released in order.
        }

        return false;
    });

    private static AssociationInfo Describe(ClientOptions options, PeerContact contact, AAssociateAC answer) => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        CallingAeTitle = options.CallingAeTitle,
        CalledAeTitle = options.CalledAeTitle,
        Peer = contact.Peer,
        PeerImplementationClassUID = answer.UserInformation.ImplementationClassUID,
        PeerImplementationVersionName = answer.UserInformation.ImplementationVersionName,
        StartedAt = contact.At,
        AcceptedContexts = answer.Contexts.Count(c => c.Result == ContextResult.Acceptance),
        ProposedContexts = answer.Contexts.Count,
    };
}

/// <summary>Whom we reached, and when.</summary>
internal readonly record struct PeerContact(IPEndPoint Peer, DateTimeOffset At);
