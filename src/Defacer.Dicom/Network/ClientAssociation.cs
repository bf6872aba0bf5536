using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Network.Services;
using Defacer.Dicom.Network.UpperLayer;

namespace Defacer.Dicom.Network;

/// <summary>
/// An association that we asked for. One operation at a time; after an exception of the association it cannot be used
/// further.
/// </summary>
public sealed partial class ClientAssociation : IAsyncDisposable
{
    private readonly UpperLayerProvider _layer;
    private readonly DimseChannel _channel;
    private readonly Lazy<UserChannel> _user;
    private ushort _messageId;
    private int _isBusy;
    private bool _isOver;

    internal ClientAssociation(
        UpperLayerProvider layer, ClientOptions options, PeerContact contact, AAssociateRQ request, AAssociateAC answer)
    {
        _layer = layer;
        _user = new Lazy<UserChannel>(
            () => new UserChannel(_channel!, options.Services, Describe(options, contact, answer)));
        Roles = answer.UserInformation.Roles;
        _channel = new DimseChannel(
            layer,
            AssociationNegotiator.Accepted(request.Contexts, answer),
            answer.UserInformation.MaxPduLength,
            options.Limits,
            options.Timeouts);
        PeerMaxPduLength = answer.UserInformation.MaxPduLength;
        PeerImplementationClassUID = answer.UserInformation.ImplementationClassUID;
        PeerImplementationVersionName = answer.UserInformation.ImplementationVersionName;
        Refused =
        [
            .. answer.Contexts.Where(c => c.Result != ContextResult.Acceptance).Select(c => Explain(c, request)),
        ];
    }

    /// <summary>The contexts that the peer accepted.</summary>
    public IReadOnlyList<AcceptedContext> Accepted => [.. _channel.Contexts.All];

    /// <summary>The contexts that the peer refused.</summary>
    public IReadOnlyList<RefusedContext> Refused { get; }

    /// <summary>The roles that the peer took of those proposed (PS3.7 D.3.3.4).</summary>
    public IReadOnlyList<RoleSelection> Roles { get; }

    /// <summary>Bytes of a P-DATA-TF that the peer takes; 0 = any.</summary>
    public uint PeerMaxPduLength { get; }

    /// <summary>The peer's implementation class; null when not given.</summary>
    public string? PeerImplementationClassUID { get; }

    /// <summary>The peer's implementation version; null when not given.</summary>
    public string? PeerImplementationVersionName { get; }

    /// <summary>Whether another message can be sent.</summary>
    public bool IsUsable => !_isOver;

    /// <summary>Verifies the peer (C-ECHO).</summary>
    /// <exception cref="AssociationException">The association ended.</exception>
    public Task<DicomStatus> EchoAsync(CancellationToken cancellationToken) =>
        RunAsync(() => EchoUser.EchoAsync(_channel, NextMessageId(), cancellationToken));

    /// <summary>
    /// Sends a file (C-STORE). Its bytes go as they are where its own syntax was accepted; between the uncompressed
    /// syntaxes it is converted. Where no context fits nothing is sent and the response says so.
    /// </summary>
    /// <exception cref="AssociationException">The association ended.</exception>
    /// <exception cref="DicomFormatException">The file is malformed; the association goes on if nothing was
    /// sent.</exception>
    public Task<StoreResponse> StoreAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(() => StoreUser.StoreAsync(_channel, StoreObject.Open(path), NextMessageId(), cancellationToken));

    /// <inheritdoc cref="StoreAsync(string, CancellationToken)"/>
    public Task<StoreResponse> StoreAsync(DicomFile file, CancellationToken cancellationToken) =>
        RunAsync(() => StoreUser.StoreAsync(_channel, StoreObject.From(file), NextMessageId(), cancellationToken));

    /// <summary>Ends the association in order.</summary>
    /// <exception cref="AssociationException">The peer aborted or vanished instead of confirming.</exception>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        await RunAsync(async () =>
        {
            // Whatever comes of it, nothing can be sent after A-RELEASE-RQ.
            _isOver = true;
            var indication = await _layer.ReleaseAsync(cancellationToken).ConfigureAwait(false);
            // A peer that closes instead of confirming has understood: everything was answered before.
            return indication.Kind is IndicationKind.ReleaseConfirm or IndicationKind.Closed
                ? true
                : throw _layer.Failure(indication, "releasing the association");
        }).ConfigureAwait(false);
        await _layer.CloseAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the association at once (A-ABORT), if it is not over; for use when no operation runs.</summary>
    public async Task AbortAsync()
    {
        _isOver = true;
        await _layer.AbortAsync(AbortSource.ServiceUser, AbortReason.NotSpecified).ConfigureAwait(false);
        await _layer.CloseAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Aborts what was not released, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await AbortAsync().ConfigureAwait(false);
        await _channel.DisposeAsync().ConfigureAwait(false);
        await _layer.DisposeAsync().ConfigureAwait(false);
    }

    private static RefusedContext Explain(AnsweredContextItem context, AAssociateRQ request)
    {
        var asked = request.Contexts.First(c => c.Id == context.Id);
        return new RefusedContext(asked.AbstractSyntax, asked.TransferSyntaxes, context.Result switch
        {
            ContextResult.UserRejection => "refused by the peer's application",
            ContextResult.AbstractSyntaxNotSupported => "the peer does not take this SOP class",
            ContextResult.TransferSyntaxesNotSupported =>
                "the peer takes this SOP class, but none of these transfer syntaxes",
            _ => "refused without a reason",
        });
    }

    private ushort NextMessageId() => _messageId = _messageId == ushort.MaxValue ? (ushort)1 : (ushort)(_messageId + 1);

    private async Task<T> RunAsync<T>(Func<Task<T>> operation)
    {
        if (Interlocked.Exchange(ref _isBusy, 1) == 1)
        {
            throw new InvalidOperationException("Another operation of this association has not ended.");
        }

        try
        {
            return _isOver
                ? throw new InvalidOperationException("The association is over; ask for another.")
                : await operation().ConfigureAwait(false);
        }
        catch (Exception e) when (!_channel.IsBetweenMessages || e is AssociationException)
        {
            // After a message that was begun and not answered nothing can follow (PS3.8 Annex E).
            _isOver = true;
            await DicomClient.EndAsync(_layer, e).ConfigureAwait(false);
            throw;
        }
        finally
        {
            Volatile.Write(ref _isBusy, 0);
        }
    }
}

/// <summary>A context that the peer refused.</summary>
/// <param name="AbstractSyntax">The SOP class.</param>
/// <param name="TransferSyntaxes">What was proposed for it.</param>
/// <param name="Reason">The peer's result, in words.</param>
public sealed record RefusedContext(string AbstractSyntax, IReadOnlyList<string> TransferSyntaxes, string Reason);
