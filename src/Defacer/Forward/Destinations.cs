using System.Diagnostics;
using Defacer.Configuration;
using Defacer.Peers;

namespace Defacer.Forward;

/// <summary>The kinds of destination: a file a kind, a line here.</summary>
public static class Destinations
{
    /// <summary>The destination that the options describe.</summary>
    public static IDestination Create(DestinationOptions options, string ownAeTitle, PeerSecurity security, TimeProvider time) =>
        options.Kind switch
        {
            "dimse" => new DimseDestination(PeerConnection.To(options, ownAeTitle, security), time),
            _ => throw new UnreachableException("The configuration was checked."),
        };
}
