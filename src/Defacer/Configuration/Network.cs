using System.Net;

namespace Defacer.Configuration;

/// <summary>A network of peers: an address or CIDR.</summary>
public static class Network
{
    /// <summary>Reads <c>10.1.0.0/16</c>, <c>10.1.2.3</c>, <c>fd00::/8</c>.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (text.Contains('/'))
        {
            return IPNetwork.TryParse(text, out network);
        }

        var isAddress = IPAddress.TryParse(text, out var address);
        network = isAddress ? new IPNetwork(address!, address!.GetAddressBytes().Length * 8) : default;
        return isAddress;
    }

    /// <summary>
    /// Whether the address lies in the network; an IPv4 address that came over an IPv6 socket counts as IPv4.
    /// </summary>
    public static bool Contains(IPNetwork network, IPAddress address) =>
        network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
