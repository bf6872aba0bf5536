using System.CommandLine;
using Defacer.Configuration;
using Defacer.Dicom.Network;
using Defacer.Peers;

namespace Defacer.Cli;

/// <summary>
/// The peer of an SCU verb: <c>AET@host:port</c> with TLS from the command line, or the name of a destination, or the AE
/// title of a source, with everything from the configuration.
/// </summary>
internal sealed class PeerArguments
{
    private readonly Argument<string> _peer = new("PEER")
    {
        Description = "AET@host:port, or a destination or source of the configuration.",
    };

    private readonly Option<string?> _calling = new("--calling")
    {
        Description = "Our AE title. Default: that of the configuration, or DEFACER.",
    };

    private readonly Option<string> _config = new("--config")
    {
        Description = "The configuration in which peers are named.",
        DefaultValueFactory = _ => "appsettings.json",
    };

    private readonly Option<bool> _tls = new("--tls") { Description = "Secure the connection (TLS 1.2 or 1.3)." };

    private readonly Option<string?> _certificate = new("--certificate")
    {
        Description = "With --tls: our certificate, PEM or PKCS #12.",
    };

    private readonly Option<string?> _key = new("--key") { Description = "With --tls: its private key in PEM." };

    private readonly Option<string?> _trusted = new("--trusted")
    {
        Description = "With --tls: the certificates in which the peer's must end. Default: those of the system.",
    };

    internal PeerArguments() => _peer.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && token.Value.Contains('@', StringComparison.Ordinal)
            && PeerAddress.Parse(token.Value).Error is { } error)
        {
            result.AddError(error);
        }
    });

    /// <summary>Adds the argument and its options to a verb.</summary>
    internal void AddTo(Command command)
    {
        command.Arguments.Insert(0, _peer);
        foreach (var option in new Option[] { _calling, _config, _tls, _certificate, _key, _trusted })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>How to call the peer.</summary>
    /// <exception cref="UsageException">There is no such peer; says what to write.</exception>
    internal ClientOptions Resolve(ParseResult parsed)
    {
        var text = parsed.GetValue(_peer)!;
        if (PeerAddress.Parse(text).Peer is { } address)
        {
            return Secure(PeerOption.Client(address, parsed.GetValue(_calling) ?? "DEFACER"), parsed);
        }

        var path = parsed.GetValue(_config)!;
        if (!File.Exists(path))
        {
            throw new UsageException(
                $"'{text}' is no AET@host:port, and there is no configuration {path} that could name it.");
        }

        var (options, errors, full) = ConfigurationFile.Read(path);
        if (errors.Count > 0)
        {
            throw new UsageException($"{path} has errors; `defacer config check` shows them.");
        }

        var security = new PeerSecurity(Path.GetDirectoryName(full)!, TimeProvider.System);
        var peer = Find(options, text, security)
            ?? throw new UsageException(
                $"'{text}' is neither AET@host:port nor a peer of {path}. It names: "
                + $"{string.Join(", ", options.Destinations.Keys.Concat(options.Sources.Select(s => s.AeTitle)))}.");
        return parsed.GetValue(_calling) is { } calling ? peer with { CallingAeTitle = calling } : peer;
    }

    private static ClientOptions? Find(DefacerOptions options, string name, PeerSecurity security)
    {
        if (options.Destinations.TryGetValue(name, out var destination))
        {
            return PeerConnection.To(destination, options.Node.AeTitle, security);
        }

        return options.Sources.FirstOrDefault(s => s.AeTitle == name) is { } source
            ? PeerConnection.To(source, options.Node.AeTitle, security)
            : null;
    }

    private ClientOptions Secure(ClientOptions peer, ParseResult parsed) => !parsed.GetValue(_tls)
        ? peer
        : PeerConnection.Secure(
            peer,
            new TlsOptions
            {
                Certificate = parsed.GetValue(_certificate),
                Key = parsed.GetValue(_key),
                Trusted = parsed.GetValue(_trusted),
            },
            new PeerSecurity(Directory.GetCurrentDirectory(), TimeProvider.System));
}
