using System.CommandLine;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Negotiation;

namespace Defacer.Cli;

/// <summary><c>defacer send PEER PATH...</c>: C-STORE of files as they are.</summary>
internal static class SendVerb
{
    internal static Command Create()
    {
        var peer = PeerOption.Argument();
        var paths = new Argument<string[]>("PATH") { Description = "Files or folders.", Arity = ArgumentArity.OneOrMore };
        var calling = PeerOption.CallingAeTitle();
        var json = new Option<bool>("--json") { Description = "Print the result of each file as JSON." };
        var command = new Command("send", "Send files to a peer (C-STORE).") { peer, paths, calling, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var results = new List<SendResult>();
            var objects = Read([.. parsed.GetValue(paths)!.SelectMany(InputFiles.Below)], results);
            var total = objects.Count;
            await Terminal.ProgressAsync("sending", async progress =>
            {
                foreach (var planned in ContextPlanner.Plan(objects.Select(o => o.Kind)))
                {
                    var batch = objects.Where(o => planned.Kinds.Contains(o.Kind)).Select(o => o.Path).ToList();
                    await SendAsync(
                        PeerOption.Client(parsed.GetValue(peer)!, parsed.GetValue(calling)!), planned, batch, results,
                        () => progress(results.Count, total), cancellationToken);
                }

                return true;
            });
            return Report(results, parsed.GetValue(json));
        });
        return command;
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
        ClientOptions options, PlannedAssociation planned, List<string> batch, List<SendResult> results, Action progress,
        CancellationToken cancellationToken)
    {
        var next = 0;
        try
        {
            await using var association = await DicomClient.ConnectAsync(options, planned.Contexts, cancellationToken);
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

    private static int Report(List<SendResult> results, bool json)
    {
        var failed = results.Where(r => !r.Stored).ToList();
        if (json)
        {
            Terminal.Json(results);
        }
        else
        {
            foreach (var result in failed.Take(20))
            {
                Terminal.Error($"{result.Path}: {result.Detail}");
            }

            Terminal.Line($"{results.Count - failed.Count} of {results.Count} stored.");
        }

        return failed.Count == 0 && results.Count > 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private sealed record SendResult(string Path, bool Stored, string Detail);
}
