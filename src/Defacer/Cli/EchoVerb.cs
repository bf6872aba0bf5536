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
        var peer = PeerOption.Argument();
        var calling = PeerOption.CallingAeTitle();
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("echo", "Ask a peer whether it answers (C-ECHO).") { peer, calling, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var address = parsed.GetValue(peer)!;
            var clock = Stopwatch.StartNew();
            try
            {
                await using var association = await DicomClient.ConnectAsync(
                    PeerOption.Client(address, parsed.GetValue(calling)!),
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
                    Terminal.Line($"{address.AeTitle} answers in {clock.ElapsedMilliseconds} ms{(implementation is null ? string.Empty : $" ({implementation})")}.");
                }
                else
                {
                    Terminal.Error($"{address.AeTitle} at {address.Host}:{address.Port}: {detail}");
                }

                return answered ? ExitCode.Done : ExitCode.Failed;
            }
        });
        return command;
    }
}
