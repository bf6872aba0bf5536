using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Negotiation;

namespace Defacer.Cli;

/// <summary>What became of a file that was to be sent.</summary>
/// <param name="Path">The file.</param>
/// <param name="Stored">Whether the peer answered success or a warning.</param>
/// <param name="Detail">The status, or why it was not sent.</param>
internal sealed record SendResult(string Path, bool Stored, string Detail);

/// <summary>Sends files as they are, over as many associations as their kinds need.</summary>
internal static class FileSender
{
    internal static async Task<IReadOnlyList<SendResult>> SendAsync(
        ClientOptions peer, IReadOnlyList<string> files, Action<int, int> progress, CancellationToken cancellationToken)
    {
        var results = new List<SendResult>();
        var objects = Read(files, results);
        foreach (var planned in ContextPlanner.Plan(objects.Select(o => o.Kind)))
        {
            var batch = objects.Where(o => planned.Kinds.Contains(o.Kind)).Select(o => o.Path).ToList();
            await SendAsync(peer, planned, batch, results, () => progress(results.Count, files.Count), cancellationToken);
        }

        return results;
    }

    private static List<(string Path, ObjectKind Kind)> Read(IReadOnlyList<string> files, List<SendResult> results)
    {
        var objects = new List<(string, ObjectKind)>();
        foreach (var path in files)
        {
            try
            {
                var file = DicomFile.Open(path, DicomReadOptions.Default with { StopBefore = new DicomTag(0x0008, 0x0019) });
                var sopClass = file.Dataset.GetString(DicomTag.SOPClassUID)
                    ?? file.FileMetaInfo.GetString(DicomTag.MediaStorageSOPClassUID)
                    ?? throw new DicomFormatException("The object names no SOP class.");
                objects.Add((path, new ObjectKind(sopClass, file.TransferSyntax.UID)));
            }
            catch (IOException exception)
            {
                results.Add(new SendResult(path, false, exception.Message));
            }
        }

        return objects;
    }

    private static async Task SendAsync(
        ClientOptions peer, PlannedAssociation planned, List<string> batch, List<SendResult> results, Action progress,
        CancellationToken cancellationToken)
    {
        var next = 0;
        try
        {
            await using var association = await DicomClient.ConnectAsync(peer, planned.Contexts, cancellationToken);
            for (; next < batch.Count; next++)
            {
                var response = await association.StoreAsync(batch[next], cancellationToken);
                results.Add(new SendResult(
                    batch[next], response.Status.State is DicomState.Success or DicomState.Warning, response.Status.ToString()));
                progress();
            }

            await association.ReleaseAsync(cancellationToken);
        }
        catch (AssociationException exception)
        {
            // What the association could not carry any more failed for the same reason.
            results.AddRange(batch.Skip(next).Select(path => new SendResult(path, false, exception.Message)));
        }
    }
}
