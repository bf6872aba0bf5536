using Defacer.Dicom.Network;

namespace Defacer.Cli;

/// <summary>How to call a peer by its address alone.</summary>
internal static class PeerOption
{
    internal static ClientOptions Client(PeerAddress peer, string callingAeTitle) => new()
    {
        Host = peer.Host,
        Port = peer.Port,
        CalledAeTitle = peer.AeTitle,
        CallingAeTitle = callingAeTitle,
    };
}
