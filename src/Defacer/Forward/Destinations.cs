using System.Diagnostics;
using Defacer.Configuration;

namespace Defacer.Forward;

/// <summary>The kinds of destination: a file a kind, a line here.</summary>
public static class Destinations
{
    /// <summary>The destination that the options describe.</summary>
    public static IDestination Create(DestinationOptions options, string ownAeTitle, TimeProvider time) =>
        options.Kind switch
        {
            "dimse" => new DimseDestination(options, ownAeTitle, time),
            _ => throw new UnreachableException("The configuration was checked."),
        };
}
