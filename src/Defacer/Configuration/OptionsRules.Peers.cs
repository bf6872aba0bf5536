using System.Security.Cryptography.X509Certificates;
using Defacer.Dicom.Network.Tls;

namespace Defacer.Configuration;

// TLS, sources, storage commitment. Whether certificates can be read is looked at where they are used.
internal sealed partial class OptionsRules
{
    private const string StorePrefix = "store:";

    private void CheckSources(IReadOnlyList<SourceOptions> sources)
    {
        var titles = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < sources.Count; i++)
        {
            var (at, source) = ($"Sources:{i}", sources[i]);
            AeTitle($"{at}:AeTitle", source.AeTitle);
            Require(titles.Add(source.AeTitle.Trim()), $"{at}:AeTitle", source.AeTitle,
                "Another source has this title.", "Give each source once.");
            Require(Uri.CheckHostName(source.Host) != UriHostNameType.Unknown, $"{at}:Host", source.Host,
                "It is no host name or address.", "Write e.g. pacs.example.org or 10.1.2.3.");
            Range($"{at}:Port", source.Port, 1, 65535);
            Positive($"{at}:ResponseTimeout", source.ResponseTimeout);
            Positive($"{at}:AskEvery", source.AskEvery);
            Positive($"{at}:GiveUpAfter", source.GiveUpAfter);
            CheckTls($"{at}:Tls", source.Tls, isPort: false);
        }
    }

    private void CheckCommitment(string at, CommitmentOptions commitment)
    {
        Require(commitment.Wait >= TimeSpan.Zero && commitment.Wait <= TimeSpan.FromHours(1), $"{at}:Wait",
            commitment.Wait.ToString(), "It must be a time from zero to one hour.", "Write e.g. 00:00:05.");
        Positive($"{at}:Timeout", commitment.Timeout);
        Positive($"{at}:RetryDelay", commitment.RetryDelay);
    }

    private void CheckFingerprints(string at, IReadOnlyList<string> fingerprints, TlsOptions? tls)
    {
        Require(fingerprints.Count == 0 || tls is { ClientCertificates: not ClientCertificates.None }, at, null,
            "Without TLS that asks for certificates none can be compared.", "Set Node:Tls, or remove the fingerprints.");
        for (var n = 0; n < fingerprints.Count; n++)
        {
            Require(
                fingerprints[n].Replace(":", string.Empty) is { Length: 64 } digits && digits.All(char.IsAsciiHexDigit),
                $"{at}:{n}", fingerprints[n], "It is no SHA-256 fingerprint.",
                "Write 64 hexadecimal digits, as openssl x509 -fingerprint -sha256 shows them.");
        }
    }

    private void CheckTls(string at, TlsOptions? tls, bool isPort)
    {
        if (tls is null)
        {
            return;
        }

        Require(!isPort || tls.Certificate is { Length: > 0 }, $"{at}:Certificate", tls.Certificate,
            "A TLS port needs a certificate.", "Name a PEM or PKCS #12 file, or store:LocalMachine/My/THUMBPRINT.");
        var isStore = tls.Certificate?.StartsWith(StorePrefix, StringComparison.OrdinalIgnoreCase) ?? false;
        Require(!isStore || IsStorePath(tls.Certificate![StorePrefix.Length..]), $"{at}:Certificate", tls.Certificate,
            "It names no certificate of a store.", "Write store:LocalMachine/My/ and a thumbprint or subject.");
        Require(tls.Key is null || (tls.Certificate is not null && !isStore), $"{at}:Key", tls.Key,
            "A key file goes with a certificate in a PEM file only.", "Remove it, or name the PEM file.");
        Require(!isPort || (tls.ExpectedName is null && tls.VerifyName), $"{at}:ExpectedName", tls.ExpectedName,
            "Callers have no name to check.", "Remove it; list fingerprints under Node:Peers instead.");
    }

    private static bool IsStorePath(string path) => path.Split('/', 3) is [var location, { Length: > 0 }, { Length: > 0 }]
        && Enum.TryParse<StoreLocation>(location, ignoreCase: true, out _) && !char.IsAsciiDigit(location[0]);
}
