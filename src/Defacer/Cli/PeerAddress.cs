using System.Globalization;

namespace Defacer.Cli;

/// <summary>A peer on the command line: <c>AET@host:port</c>.</summary>
/// <param name="AeTitle">1 to 16 characters.</param>
/// <param name="Host">Name or address; an IPv6 address stands in brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record PeerAddress(string AeTitle, string Host, int Port)
{
    /// <summary>Reads the address, or says what is wrong with it.</summary>
    internal static (PeerAddress? Peer, string? Error) Parse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var colon = text.LastIndexOf(':');
        if (at <= 0 || colon < at + 2)
        {
            return (null, $"'{text}' is no peer: write AET@host:port, for example ORTHANC@127.0.0.1:4242.");
        }

        var aeTitle = text[..at];
        if (aeTitle.Length > 16 || aeTitle.Any(c => c is '\\' or < ' ' or > '~'))
        {
            return (null, $"The AE title '{aeTitle}' is not 1 to 16 printable ASCII characters without a backslash.");
        }

        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            return (null, $"'{text[(colon + 1)..]}' is no port: write a number from 1 to 65535.");
        }

        return (new PeerAddress(aeTitle, text[(at + 1)..colon].Trim('[', ']'), port), null);
    }
}
