using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network;

/// <summary>A C-STORE-RQ whose data set is about to arrive.</summary>
/// <param name="Association">The association; its id is told again when it ends.</param>
/// <param name="SOPClassUID">(0000,0002), the abstract syntax of the context.</param>
/// <param name="SOPInstanceUID">(0000,1000), a valid UID; whether the data set says the same is not known yet.</param>
/// <param name="TransferSyntaxUID">The syntax of the data set.</param>
/// <param name="MessageID">(0000,0110).</param>
/// <param name="MoveOriginatorAeTitle">(0000,1030), when a C-MOVE caused this; else null.</param>
public sealed record StoreRequest(
    AssociationInfo Association,
    string SOPClassUID,
    string SOPInstanceUID,
    string TransferSyntaxUID,
    ushort MessageID,
    string? MoveOriginatorAeTitle);

/// <summary>Takes the instances that arrive. Called from several associations at once.</summary>
public interface IStoreProvider
{
    /// <summary>Gets ready for one data set.</summary>
    /// <exception cref="DimseException">The instance is refused: its status is answered, the association goes
    /// on.</exception>
    ValueTask<IStoreSink> OpenAsync(StoreRequest request, CancellationToken cancellationToken);
}

/// <summary>
/// Takes one data set as it arrives. Disposed without <see cref="CompleteAsync"/>: the sender gave up, drop everything.
/// </summary>
public interface IStoreSink : IAsyncDisposable
{
    /// <summary>The next bytes, in the transfer syntax of the request; the memory is reused after the call.</summary>
    /// <exception cref="DimseException">No more is wanted: its status is answered at the end of the
    /// message.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> dataSetBytes, CancellationToken cancellationToken);

    /// <summary>
    /// The data set is complete. Success may be returned only once the bytes are on stable storage: the sender deletes
    /// its copy then.
    /// </summary>
    /// <exception cref="DimseException">Its status is answered.</exception>
    ValueTask<DicomStatus> CompleteAsync(CancellationToken cancellationToken);
}
