using System.Net;

namespace Defacer.Configuration;

/// <summary>
/// What a well-formed configuration must also fulfil. Every rule names its setting, the reason and the remedy.
/// </summary>
internal sealed partial class OptionsRules(List<ConfigurationError> errors)
{
    internal void Check(DefacerOptions options)
    {
        CheckNode(options.Node);
        Require(options.Spool.Path.Length > 0, "Spool:Path", options.Spool.Path, "The spool needs a folder.",
            "Name one on a volume of its own.");
        Require(options.Spool.MinFreeSpace.Bytes >= 0, "Spool:MinFreeSpace", null, "It must not be negative.",
            "Write e.g. 10 GB.");
        CheckRoutes(options);
        foreach (var (name, destination) in options.Destinations)
        {
            CheckDestination($"Destinations:{name}", destination);
        }

        CheckSources(options.Sources);
        Range("Deface:Threads", options.Deface.Threads, 0, 1024);
        Range("Deface:Jobs", options.Deface.Jobs, 1, 64);
        Require(options.Deface.MemoryBudget.Bytes >= 256_000_000, "Deface:MemoryBudget",
            options.Deface.MemoryBudget.ToString(),
            "A study needs at least 256 MB.", "Write e.g. 4 GB.");
        OneOf("Deface:Provider", options.Deface.Provider, ["auto", "cpu", "directml"]);
        OneOf("Telemetry:OtlpProtocol", options.Telemetry.OtlpProtocol, ["grpc", "http/protobuf"]);
        Require(options.Deidentify.KeyFile.Length > 0, "Deidentify:KeyFile", null, "The site key needs a file.",
            "Write e.g. site.key.");
        Require((options.Deidentify.ReidentificationLog is null)
            == (options.Deidentify.ReidentificationPublicKey is null), "Deidentify:ReidentificationLog",
            options.Deidentify.ReidentificationLog,
            "The log and its public key must both be set, or neither.",
            "Set ReidentificationLog and ReidentificationPublicKey, or remove both.");
    }

    private void CheckNode(NodeOptions node)
    {
        AeTitle("Node:AeTitle", node.AeTitle);
        Range("Node:Port", node.Port, 0, 65535);
        Range("Node:MaxPduLength", node.MaxPduLength, 4096, 1 << 20);
        Range("Node:MaxAssociations", node.MaxAssociations, 1, 1000);
        Positive("Node:IdleTimeout", node.IdleTimeout);
        Positive("Node:DrainTimeout", node.DrainTimeout);
        CheckTls("Node:Tls", node.Tls, isPort: true);
        Require(node.Address == "*" || IPAddress.TryParse(node.Address, out _), "Node:Address", node.Address,
            "It is no address of this machine.", "Write an IP address, or * for all.");
        for (var i = 0; i < node.Peers.Count; i++)
        {
            if (node.Peers[i].AeTitle != "*")
            {
                AeTitle($"Node:Peers:{i}:AeTitle", node.Peers[i].AeTitle);
            }

            CheckFingerprints($"Node:Peers:{i}:Certificates", node.Peers[i].Certificates, node.Tls);
            for (var n = 0; n < node.Peers[i].Networks.Count; n++)
            {
                var network = node.Peers[i].Networks[n];
                Require(Network.TryParse(network, out _), $"Node:Peers:{i}:Networks:{n}", network,
                    "It is no network.", "Write an address or CIDR without host bits, e.g. 10.1.0.0/16.");
            }
        }
    }

    private void CheckRoutes(DefacerOptions options)
    {
        Require(options.Routes.Count > 0, "Routes", null, "There is no route, so nothing could be accepted.",
            "Add one with Name and Destinations.");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < options.Routes.Count; i++)
        {
            var (at, route) = ($"Routes:{i}", options.Routes[i]);
            Require(
                route.Name.Length is > 0 and <= 64
                && route.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'),
                $"{at}:Name", route.Name, "A route needs a name.",
                "Use letters, digits, dash, dot and underscore, at most 64.");
            Require(names.Add(route.Name), $"{at}:Name", route.Name, "Another route has this name.",
                "Give each route its own.");
            if (route.CalledAeTitle is not null)
            {
                AeTitle($"{at}:CalledAeTitle", route.CalledAeTitle);
            }

            for (var n = 0; n < route.CallingAeTitles.Count; n++)
            {
                AeTitle($"{at}:CallingAeTitles:{n}", route.CallingAeTitles[n]);
            }

            Positive($"{at}:StableAge", route.StableAge);
            foreach (var destination in route.Destinations)
            {
                Require(options.Destinations.ContainsKey(destination), $"{at}:Destinations", destination,
                    "There is no such destination.",
                    $"Use one of: {string.Join(", ", options.Destinations.Keys)}; or add it under Destinations.");
            }
        }
    }

    private void CheckDestination(string at, DestinationOptions destination)
    {
        Require(destination.Kind == "dimse", $"{at}:Kind", destination.Kind, "There is no such kind.", "Write dimse.");
        Require(Uri.CheckHostName(destination.Host) != UriHostNameType.Unknown, $"{at}:Host", destination.Host,
            "It is no host name or address.", "Write e.g. pacs.example.org or 10.1.2.3.");
        Range($"{at}:Port", destination.Port, 1, 65535);
        AeTitle($"{at}:AeTitle", destination.AeTitle);
        if (destination.CallingAeTitle is not null)
        {
            AeTitle($"{at}:CallingAeTitle", destination.CallingAeTitle);
        }

        Range($"{at}:Associations", destination.Associations, 1, 16);
        Positive($"{at}:ConnectTimeout", destination.ConnectTimeout);
        Positive($"{at}:ResponseTimeout", destination.ResponseTimeout);
        Positive($"{at}:RetryDelay", destination.RetryDelay);
        Require(destination.MaxRetryDelay >= destination.RetryDelay, $"{at}:MaxRetryDelay",
            destination.MaxRetryDelay.ToString(),
            "It is shorter than RetryDelay.", "Make it at least as long.");
        CheckTls($"{at}:Tls", destination.Tls, isPort: false);
        CheckCommitment($"{at}:StorageCommitment", destination.StorageCommitment);
    }

    // PS3.5 6.2 AE: 1 to 16 characters, no backslash, no control characters, not only spaces.
    private void AeTitle(string path, string value) =>
        Require(
            value.Trim().Length is > 0 and <= 16 && value.All(c => c is >= ' ' and <= '~' and not '\\'), path, value,
            "It is no AE title.", "Use 1 to 16 characters of ASCII without backslash.");

    private void Range(string path, int value, int low, int high) =>
        Require(value >= low && value <= high, path, $"{value}", "It is out of range.",
            $"Write a number from {low} to {high}.");

    private void Positive(string path, TimeSpan value) =>
        Require(
            value > TimeSpan.Zero && value < TimeSpan.FromDays(24), path, value.ToString(),
            "It must be a time above zero and below 24 days.", "Write e.g. 00:01:00.");

    private void OneOf(string path, string value, string[] known) =>
        Require(known.Contains(value, StringComparer.Ordinal), path, value, "There is no such choice.",
            $"Write one of {string.Join(", ", known)}.");

    private void Require(bool holds, string path, string? value, string reason, string remedy)
    {
        if (!holds)
        {
            errors.Add(new($"Defacer:{path}", value, reason, remedy));
        }
    }
}
