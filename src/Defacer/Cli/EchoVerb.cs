using System.CommandLine;
using System.Diagnostics;
using Defacer.Dicom.Data;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Cli;

/// <summary><c>defacer echo PEER</c>: C-ECHO, with the reason when it fails.</summary>
internal static class EchoVerb
{
    internal static Command Create()
    {
        var peer = new PeerArguments();
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("echo", "Ask a peer whether it answers (C-ECHO).") { json };
        peer.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var client = peer.Resolve(parsed);
            var clock = Stopwatch.StartNew();
            try
            {
                await using var association = await DicomClient.ConnectAsync(
                    client,
                    [new ProposedContext(DicomUID.Verification.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID)],
                    cancellationToken);
                var status = await association.EchoAsync(cancellationToken);
                await association.ReleaseAsync(cancellationToken);
                return Show(status.State == DicomState.Success, status.ToString(), association.PeerImplementationVersionName);
            }
            catch (AssociationException exception)
            {
                return Show(false, exception.Message, null);
            }

            int Show(bool answered, string detail, string? implementation)
            {
                if (parsed.GetValue(json))
                {
                    Terminal.Json(new { Answered = answered, Detail = detail, Implementation = implementation, clock.Elapsed.TotalMilliseconds });
                }
                else if (answered)
                {
                    Terminal.Line($"{client.CalledAeTitle} answers in {clock.ElapsedMilliseconds} ms{(implementation is null ? string.Empty : $" ({implementation})")}.");
                }
                else
                {
                    Terminal.Error($"{client.CalledAeTitle} at {client.Host}:{client.Port}: {detail}");
                }

                return answered ? ExitCode.Done : ExitCode.Failed;
            }
        });
        return command;
    }
}
