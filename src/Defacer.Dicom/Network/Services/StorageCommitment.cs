using Defacer.Dicom.Data;

namespace Defacer.Dicom.Network.Services;

/// <summary>An instance as storage commitment refers to it.</summary>
/// <param name="SOPClassUID">(0008,1150).</param>
/// <param name="SOPInstanceUID">(0008,1155).</param>
public readonly record struct SopReference(string SOPClassUID, string SOPInstanceUID);

/// <summary>An instance for which no responsibility is taken.</summary>
/// <param name="Reference">The instance.</param>
/// <param name="Reason">(0008,1197), PS3.3 C.14.1.1: 0110 processing failure, 0112 no such object, 0213 resources,
/// 0122 class not supported, 0119 class and instance conflict, 0131 duplicate transaction.</param>
public readonly record struct CommitmentFailure(SopReference Reference, ushort Reason);

/// <summary>A request for storage commitment (PS3.4 J.3.2.1.1).</summary>
/// <param name="TransactionUID">New for each request.</param>
/// <param name="References">The instances; at least one.</param>
public sealed record CommitmentRequest(string TransactionUID, IReadOnlyList<SopReference> References)
{
    /// <summary>The action type of a request (PS3.4 Table J.3-1).</summary>
    public const ushort ActionTypeID = 1;

    /// <summary>The action information.</summary>
    public DicomDataset ToDataset() => new(
        DicomElement.FromText(DicomTag.TransactionUID, DicomVR.UI, TransactionUID),
        new DicomSequence(DicomTag.ReferencedSOPSequence, References.Select(CommitmentItems.Write)));

    /// <summary>Reads the action information.</summary>
    /// <exception cref="DicomFormatException">The transaction or every reference is missing.</exception>
    public static CommitmentRequest Read(DicomDataset dataset)
    {
        var references = dataset.GetItems(DicomTag.ReferencedSOPSequence).Select(CommitmentItems.Read).ToList();
        return references.Count > 0
            ? new CommitmentRequest(CommitmentItems.TransactionOf(dataset), references)
            : throw new DicomFormatException("The request for storage commitment refers to no instance.");
    }
}

/// <summary>The answer to a request for storage commitment (PS3.4 J.3.3.1.1).</summary>
/// <param name="TransactionUID">That of the request.</param>
/// <param name="Committed">Instances for which responsibility is taken.</param>
/// <param name="Failed">Instances for which it is not.</param>
public sealed record CommitmentReport(
    string TransactionUID, IReadOnlyList<SopReference> Committed, IReadOnlyList<CommitmentFailure> Failed)
{
    /// <summary>1: all committed; 2: failures exist (PS3.4 Table J.3-2).</summary>
    public ushort EventTypeID => Failed.Count == 0 ? (ushort)1 : (ushort)2;

    /// <summary>The event information.</summary>
    public DicomDataset ToDataset()
    {
        var dataset = new DicomDataset(DicomElement.FromText(DicomTag.TransactionUID, DicomVR.UI, TransactionUID));
        if (Committed.Count > 0)
        {
            dataset.AddOrUpdate(
                new DicomSequence(DicomTag.ReferencedSOPSequence, Committed.Select(CommitmentItems.Write)));
        }

        if (Failed.Count > 0)
        {
            dataset.AddOrUpdate(new DicomSequence(DicomTag.FailedSOPSequence, Failed.Select(f =>
            {
                var item = CommitmentItems.Write(f.Reference);
                item.AddOrUpdateUS(DicomTag.FailureReason, f.Reason);
                return item;
            })));
        }

        return dataset;
    }

    /// <summary>Reads the event information.</summary>
    /// <exception cref="DicomFormatException">The transaction is missing.</exception>
    public static CommitmentReport Read(DicomDataset dataset) => new(
        CommitmentItems.TransactionOf(dataset),
        [.. dataset.GetItems(DicomTag.ReferencedSOPSequence).Select(CommitmentItems.Read)],
        [
            .. dataset.GetItems(DicomTag.FailedSOPSequence).Select(i => new CommitmentFailure(
                CommitmentItems.Read(i), (ushort)(i.GetInt(DicomTag.FailureReason) ?? 0x0110))),
        ]);
}

/// <summary>Reads and writes what requests and reports of storage commitment have in common.</summary>
internal static class CommitmentItems
{
    internal static string TransactionOf(DicomDataset dataset) =>
        dataset.GetString(DicomTag.TransactionUID) is { } uid && DicomUID.IsValid(uid)
            ? uid
            : throw new DicomFormatException("The transaction of a storage commitment has no valid UID (0008,1195).");

    internal static DicomDataset Write(SopReference reference) => new(
        DicomElement.FromText(DicomTag.ReferencedSOPClassUID, DicomVR.UI, reference.SOPClassUID),
        DicomElement.FromText(DicomTag.ReferencedSOPInstanceUID, DicomVR.UI, reference.SOPInstanceUID));

    internal static SopReference Read(DicomDataset item) => new(
        item.GetString(DicomTag.ReferencedSOPClassUID) ?? string.Empty,
        item.GetString(DicomTag.ReferencedSOPInstanceUID) ?? string.Empty);
}
