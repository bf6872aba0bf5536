using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>One message that a service serves.</summary>
public sealed class DimseExchange
{
    private readonly DimseChannel _channel;

    internal DimseExchange(AssociationInfo association, ReceivedCommand received, DimseChannel channel)
    {
        Association = association;
        Request = received.Command;
        Context = received.Context;
        _channel = channel;
    }

    /// <summary>The association on which it came.</summary>
    public AssociationInfo Association { get; }

    /// <summary>Its command set.</summary>
    public CommandSet Request { get; }

    /// <summary>The context in which it came.</summary>
    public AcceptedContext Context { get; }

    /// <summary>The status that was answered; null before.</summary>
    public DicomStatus? Answered { get; private set; }

    /// <summary>Bytes of the data set received so far.</summary>
    internal long DataSetBytes => _channel.DataSetBytes;

    /// <summary>The next bytes of the data set; empty at its end. Valid until the next call.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadDataAsync(CancellationToken cancellationToken) =>
        _channel.ReceiveDataAsync(cancellationToken);

    /// <summary>Reads the rest of the data set and drops it.</summary>
    public ValueTask DropDataAsync(CancellationToken cancellationToken) => _channel.DropDataAsync(cancellationToken);

    /// <summary>The whole data set in memory; for services whose data sets are small.</summary>
    /// <exception cref="AssociationException">It is longer than 16 MiB.</exception>
    /// <exception cref="DicomFormatException">It is malformed.</exception>
    public ValueTask<DicomDataset> ReadDataSetAsync(CancellationToken cancellationToken) =>
        UserChannel.ReadDataSetAsync(_channel, Context, cancellationToken);

    /// <summary>
    /// Sends a request of our own in the same context, after the response; the answer comes to
    /// <see cref="IDimseService.TakeResponseAsync"/>.
    /// </summary>
    public async ValueTask SendRequestAsync(
        CommandSet request, DicomDataset dataset, CancellationToken cancellationToken)
    {
        using var source = new EncodedDataSetSource(dataset, DicomTransferSyntax.FromUid(Context.TransferSyntax));
        await _channel.SendAsync(request, Context.Id, source, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends the response with what every response repeats of its request.</summary>
    public ValueTask RespondAsync(DicomStatus status, CancellationToken cancellationToken)
    {
        Answered = status;
        var response = new CommandSet
        {
            CommandField = (ushort)(Request.CommandField | CommandField.ResponseBit),
            MessageIDBeingRespondedTo = Request.MessageID,
            AffectedSOPClassUID = Request.AffectedSOPClassUID ?? Request.RequestedSOPClassUID,
            AffectedSOPInstanceUID = Request.AffectedSOPInstanceUID ?? Request.RequestedSOPInstanceUID,
            EventTypeID = Request.EventTypeID,
            ActionTypeID = Request.ActionTypeID,
            Status = status,
        };
        return _channel.SendAsync(response, Context.Id, null, cancellationToken);
    }
}
