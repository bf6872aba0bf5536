using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>
/// The channel of an association that we asked for, for services whose peer may ask for something in between: C-STORE
/// within a C-GET, an event report at any time.
/// </summary>
internal sealed class UserChannel(DimseChannel channel, IReadOnlyList<IDimseService> services, AssociationInfo info)
{
    /// <summary>
    /// Bytes of an identifier or event report held in memory. 16 MiB: a report about 1,000 instances has 200 KB.
    /// </summary>
    internal const int MaxDataSetBytes = 16 << 20;

    private static readonly DicomReadOptions s_read = new() { AllowTruncated = false, MaxMemoryBytes = MaxDataSetBytes };

    /// <summary>The context for an abstract syntax; explicit little endian before others; null when none.</summary>
    internal AcceptedContext? FindContext(string abstractSyntax) =>
        channel.Contexts.Find(abstractSyntax, static s => s == DicomTransferSyntax.ExplicitVRLittleEndian.UID)
        ?? channel.Contexts.Find(abstractSyntax, static s => s == DicomTransferSyntax.ImplicitVRLittleEndian.UID);

    internal async ValueTask SendAsync(
        CommandSet request, AcceptedContext context, DicomDataset? dataset, CancellationToken cancellationToken)
    {
        using var source = dataset is null
            ? null
            : new EncodedDataSetSource(dataset, DicomTransferSyntax.FromUid(context.TransferSyntax));
        await channel.SendAsync(request, context.Id, source, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The next response to the request; what the peer asks for before it is served.</summary>
    /// <exception cref="AssociationException">The association ended, or something else came.</exception>
    internal async ValueTask<ReceivedCommand> ReceiveResponseAsync(
        CommandSet request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var received = await channel.ReceiveResponseAsync(cancellationToken).ConfigureAwait(false)
                ?? throw AssociationException.ByUser("The peer asked for release instead of responding.");
            var command = received.Command;
            if (!command.IsResponse)
            {
                await ServeAsync(received, cancellationToken).ConfigureAwait(false);
                continue;
            }

            return command.CommandField == (request.CommandField | CommandField.ResponseBit)
                && command.MessageIDBeingRespondedTo == request.MessageID && command.Status is not null
                ? received
                : throw AssociationException.ByUser(
                    $"The peer sent {command.CommandField:X4}H for message {command.MessageIDBeingRespondedTo}; "
                    + $"a response to message {request.MessageID} was due.");
        }
    }

    /// <summary>The one response to a request, whose data set does not matter.</summary>
    internal async ValueTask<CommandSet> ReceiveLastResponseAsync(
        CommandSet request, CancellationToken cancellationToken)
    {
        var received = await ReceiveResponseAsync(request, cancellationToken).ConfigureAwait(false);
        await channel.DropDataAsync(cancellationToken).ConfigureAwait(false);
        channel.EndMessage();
        return received.Command;
    }

    /// <summary>
    /// Serves what the peer asks for, until the time is over or the peer asks for release; false for the latter.
    /// </summary>
    internal async ValueTask<bool> ServeOneAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (await channel.ReceiveCommandAsync(wait, cancellationToken).ConfigureAwait(false) is not { } received)
        {
            return false;
        }

        if (received.Command.IsResponse)
        {
            throw AssociationException.ByUser("The peer sent a response; nothing was asked of it.");
        }

        await ServeAsync(received, cancellationToken).ConfigureAwait(false);
        channel.EndMessage();
        return true;
    }

    /// <summary>The data set of the message being received; null when it has none.</summary>
    internal async ValueTask<DicomDataset?> ReadDataSetAsync(
        ReceivedCommand received, CancellationToken cancellationToken)
    {
        if (!received.Command.HasDataSet)
        {
            return null;
        }

        return await ReadDataSetAsync(channel, received.Context, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops the data set of the message being received.</summary>
    internal ValueTask DropDataAsync(CancellationToken cancellationToken) => channel.DropDataAsync(cancellationToken);

    /// <summary>The request is answered in full.</summary>
    internal void EndMessage() => channel.EndMessage();

    /// <summary>Reads a data set into memory, within <see cref="MaxDataSetBytes"/>.</summary>
    internal static async ValueTask<DicomDataset> ReadDataSetAsync(
        DimseChannel channel, AcceptedContext context, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        while (true)
        {
            var fragment = await channel.ReceiveDataAsync(cancellationToken).ConfigureAwait(false);
            if (fragment.IsEmpty)
            {
                break;
            }

            if (bytes.Length + fragment.Length > MaxDataSetBytes)
            {
                throw AssociationException.ByUser($"A data set that must fit memory exceeds {MaxDataSetBytes} bytes.");
            }

            bytes.Write(fragment.Span);
        }

        bytes.Position = 0;
        return DicomReader.Read(bytes, DicomTransferSyntax.FromUid(context.TransferSyntax), s_read);
    }

    private async ValueTask ServeAsync(ReceivedCommand received, CancellationToken cancellationToken)
    {
        var exchange = new DimseExchange(info, received, channel);
        try
        {
            var service = services.FirstOrDefault(s => s.Serves(received.Command.CommandField))
                ?? throw new DimseException(
                    DicomStatus.UnrecognizedOperation.WithComment("This command is not served here"));
            await service.ServeAsync(exchange, cancellationToken).ConfigureAwait(false);
        }
        catch (DimseException e) when (exchange.Answered is null)
        {
            await exchange.DropDataAsync(cancellationToken).ConfigureAwait(false);
            await exchange.RespondAsync(e.Status, cancellationToken).ConfigureAwait(false);
        }
    }
}
