using System.CommandLine;
using Defacer.Configuration;
using Defacer.Deidentify.Profiles;
using Defacer.Dicom.Data;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Peers;

namespace Defacer.Cli;

/// <summary><c>defacer config check</c>: everything that is wrong at once, else what the node will do.</summary>
internal static class ConfigVerb
{
    internal static Command Create()
    {
        var file = ConfigurationFile.Option();
        var peers = new Option<bool>("--peers") { Description = "Also ask every destination by C-ECHO." };
        var json = new Option<bool>("--json") { Description = "Print as JSON." };
        var explain = new Option<string[]>("--explain")
        {
            Description = "Also say what each route's profile does with this attribute: a keyword or gggg,eeee.",
            AllowMultipleArgumentsPerToken = true,
        };
        var check = new Command("check", "Check the configuration and explain it.") { file, peers, explain, json };
        check.SetAction(async (parsed, cancellationToken) =>
        {
            var (options, errors, path) = ConfigurationFile.Read(parsed.GetValue(file)!);
            var security = new PeerSecurity(Path.GetDirectoryName(path)!, TimeProvider.System);
            var findings = errors.Select(e => e.ToString()).Concat(errors.Count == 0 ? ProfileErrors(options) : [])
                .Concat(errors.Count == 0 ? security.Check(options).Select(e => e.ToString()) : []).ToList();
            var answers = parsed.GetValue(peers) && findings.Count == 0 ? await AskAsync(options, security, cancellationToken) : [];
            if (parsed.GetValue(json))
            {
                Terminal.Json(new { File = path, Errors = findings, Options = options, Peers = answers });
            }
            else if (findings.Count > 0)
            {
                foreach (var finding in findings)
                {
                    Terminal.Error(finding);
                }
            }
            else
            {
                Explain(options, path, answers);
                ExplainCertificates(security.Own(options));
                AttributeTable.Print(options, parsed.GetValue(explain) ?? []);
            }

            return findings.Count > 0 || answers.Any(a => !a.Answered) ? ExitCode.Failed : ExitCode.Done;
        });
        return new Command("config", "The configuration of the node.") { check };
    }

    private static IEnumerable<string> ProfileErrors(DefacerOptions options)
    {
        foreach (var route in options.Routes)
        {
            string? error = null;
            try
            {
                DeidentifyProfiles.Load(route.Profile);
            }
            catch (Exception exception) when (exception is ProfileException or IOException)
            {
                error = $"Route '{route.Name}': {exception.Message}";
            }

            if (error is not null)
            {
                yield return error;
            }
        }
    }

    private static void Explain(DefacerOptions options, string path, IReadOnlyList<PeerAnswer> answers)
    {
        var spool = ConfigurationFile.SpoolPath(options, path);
        var key = Path.Combine(Path.GetDirectoryName(path)!, options.Deidentify.KeyFile);
        Terminal.Line($"{path} is right.");
        Terminal.Line($"The node {options.Node.AeTitle} listens on port {options.Node.Port}; console, health and metrics at {options.Console.Url}");
        Terminal.Line($"Spool {spool}; below {options.Spool.MinFreeSpace} free nothing is accepted. Originals afterwards: {options.Spool.KeepOriginals}.");
        Terminal.Line(File.Exists(key) ? $"Site key {key}." : $"Site key {key} will be made at the first start: back it up.");
        Terminal.Table(["Route", "Called AE", "Callers", "Quiet for", "Method", "Fill", "Profile", "Not a head", "To"], options.Routes.Select(r => (IReadOnlyList<string>)
        [
            r.Name, r.CalledAeTitle ?? options.Node.AeTitle, r.CallingAeTitles.Count == 0 ? "any" : string.Join(", ", r.CallingAeTitles),
            $"{r.StableAge}", r.Method, r.Fill, r.Profile, $"{r.NotAHead}", string.Join(", ", r.Destinations),
        ]));
        Terminal.Table(["Destination", "Kind", "Peer", "TLS", "Commitment", "C-ECHO"], options.Destinations.Select(d => (IReadOnlyList<string>)
        [
            d.Key, d.Value.Kind, $"{d.Value.AeTitle}@{d.Value.Host}:{d.Value.Port}",
            d.Value.Tls is null ? "no" : $"{d.Value.Tls.Profile}", d.Value.StorageCommitment.Ask ? "asked" : "no",
            answers.FirstOrDefault(a => a.Destination == d.Key)?.Detail ?? "not asked (--peers)",
        ]));
    }

    private static void ExplainCertificates(IEnumerable<OwnCertificate> certificates)
    {
        foreach (var certificate in certificates)
        {
            Terminal.Line($"{certificate.Setting}: TLS 1.2 and 1.3; our certificate ends at {certificate.NotAfter:u}.");
        }
    }

    private static async Task<IReadOnlyList<PeerAnswer>> AskAsync(
        DefacerOptions options, PeerSecurity security, CancellationToken cancellationToken)
    {
        var answers = new List<PeerAnswer>();
        foreach (var (name, destination) in options.Destinations)
        {
            try
            {
                await using var association = await DicomClient.ConnectAsync(
                    PeerConnection.To(destination, options.Node.AeTitle, security),
                    [new ProposedContext(DicomUID.Verification.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID)],
                    cancellationToken);
                var status = await association.EchoAsync(cancellationToken);
                await association.ReleaseAsync(cancellationToken);
                answers.Add(new PeerAnswer(name, status.State == DicomState.Success, status.ToString()));
            }
            catch (AssociationException exception)
            {
                answers.Add(new PeerAnswer(name, false, exception.Message));
            }
        }

        return answers;
    }

    private sealed record PeerAnswer(string Destination, bool Answered, string Detail);
}
