using System.CommandLine;
using Defacer.Dicom.Network;

namespace Defacer.Cli;

/// <summary>The peer and our own AE title, as the SCU verbs take them.</summary>
internal static class PeerOption
{
    internal static Argument<PeerAddress> Argument() => new("PEER")
    {
        Description = "AET@host:port.",
        CustomParser = result =>
        {
            var (peer, error) = PeerAddress.Parse(result.Tokens[0].Value);
            if (error is not null)
            {
                result.AddError(error);
            }

            return peer;
        },
    };

    internal static Option<string> CallingAeTitle() => new("--calling")
    {
        Description = "Our AE title.",
        DefaultValueFactory = _ => "DEFACER",
    };

    internal static ClientOptions Client(PeerAddress peer, string callingAeTitle) => new()
    {
        Host = peer.Host,
        Port = peer.Port,
        CalledAeTitle = peer.AeTitle,
        CallingAeTitle = callingAeTitle,
    };
}
