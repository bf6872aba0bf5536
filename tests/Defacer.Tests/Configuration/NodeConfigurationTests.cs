using Defacer.Configuration;
using Defacer.Dicom.Network.Tls;
using Defacer.Testing;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Defacer.Tests.Configuration;

public class NodeConfigurationTests
{
    private const string Minimal = """
        { "Defacer": {
          "Routes": [ { "Name": "research", "Destinations": [ "pacs" ] } ],
          "Destinations": { "pacs": { "Host": "127.0.0.1", "Port": 4242, "AeTitle": "ORTHANC" } } } }
        """;

    [Fact]
    public void Read_ShippedFile_HasNoErrorAndTheDocumentedValues()
    {
        var configuration = new ConfigurationBuilder().AddJsonFile(
            Path.Combine(SharedData.RepositoryRoot, "appsettings.json")).Build();

        var (options, errors) = NodeConfiguration.Read(configuration);

        Assert.Empty(errors);
        Assert.Equal(11112, options.Node.Port);
        Assert.Equal(10_000_000_000, options.Spool.MinFreeSpace.Bytes);
        Assert.Equal(KeepOriginals.None, options.Spool.KeepOriginals);
        Assert.Equal(TimeSpan.FromMinutes(1), options.Routes[0].StableAge);
        Assert.Equal(["research-pacs"], options.Routes[0].Destinations);
        Assert.Equal(4242, options.Destinations["research-pacs"].Port);
        Assert.Null(options.Telemetry.OtlpEndpoint);
    }

    [Fact]
    public void Read_ManyMistakes_ReportsEachWithPathValueReasonAndRemedy()
    {
        var (_, errors) = Read("""
            { "Defacer": {
              "Node": { "AeTitle": "A\\B", "Port": "many", "MaxPduLength": 12, "Colour": "blue",
                        "Tls": { "Key": "x", "Profile": "ssl3", "VerifyName": false },
                        "Peers": [ { "AeTitle": "CT1", "Networks": [ "10.0.0.0/99" ],
                                     "Certificates": [ "AB:CD" ] } ] },
              "Sources": [ { "AeTitle": "", "Host": "?", "Port": 0, "AskEvery": "00:00:00" } ],
              "Spool": { "MinFreeSpace": "lots", "KeepOriginals": "sometimes" },
              "Routes": [ { "Name": "a", "StableAge": "60", "NotAHead": "7", "Destinations": [ "nowhere" ] },
                          { "Name": "a", "Destinations": "pacs" } ],
              "Destinations": { "pacs": { "Kind": "carrier-pigeon", "Host": "", "Port": 70000,
                                            "AeTitle": "THIS TITLE IS TOO LONG",
                                            "Tls": { "Certificate": "store:Moon/My/x" },
                                            "StorageCommitment": { "Ask": true, "Wait": "02:00:00" } } },
              "Dface": {} , "Console": { "Url": "ftp://x" } } }
            """);

        var paths = errors.Select(e => e.Path).ToHashSet();
        string[] expected =
        [
            "Defacer:Node:AeTitle", "Defacer:Node:Port", "Defacer:Node:MaxPduLength", "Defacer:Node:Colour",
            "Defacer:Node:Tls:Certificate", "Defacer:Node:Tls:Key", "Defacer:Node:Tls:Profile",
            "Defacer:Node:Tls:ExpectedName", "Defacer:Node:Peers:0:Certificates:0", "Defacer:Sources:0:AeTitle",
            "Defacer:Sources:0:Host", "Defacer:Sources:0:Port", "Defacer:Sources:0:AskEvery",
            "Defacer:Destinations:pacs:Tls:Certificate", "Defacer:Destinations:pacs:StorageCommitment:Wait",
            "Defacer:Node:Peers:0:Networks:0", "Defacer:Spool:MinFreeSpace", "Defacer:Spool:KeepOriginals",
            "Defacer:Routes:0:StableAge",
            "Defacer:Routes:0:NotAHead", "Defacer:Routes:0:Destinations", "Defacer:Routes:1:Name",
            "Defacer:Routes:1:Destinations",
            "Defacer:Destinations:pacs:Kind", "Defacer:Destinations:pacs:Host", "Defacer:Destinations:pacs:Port",
            "Defacer:Destinations:pacs:AeTitle", "Defacer:Console:Url",
        ];
        Assert.Empty(expected.Except(paths));
        Assert.All(errors, e => Assert.True(e.Reason.Length > 5 && e.Remedy.Length > 5, e.ToString()));
        Assert.Contains(
            "Known here:", errors.Single(e => e.Path == "Defacer:Node:Colour").Remedy, StringComparison.Ordinal);
        Assert.Equal("many", errors.Single(e => e.Path == "Defacer:Node:Port").Value);
    }

    [Fact]
    public void Read_UnknownSection_IsAnError()
    {
        var (_, errors) = Read("""{ "Defacer": { "Dface": { "Threads": 2 } } }""");

        Assert.Contains(errors, e => e.Path == "Defacer:Dface");
    }

    [Fact]
    public void Read_Defaults_AskNobodyAndPromiseNothing()
    {
        var (options, errors) = Read("""
            { "Defacer": {
              "Node": { "Tls": { "Certificate": "node.pem" } },
              "Sources": [ { "AeTitle": "PACS", "Host": "pacs" } ],
              "Routes": [ { "Name": "research", "Destinations": [ "pacs" ] } ],
              "Destinations": { "pacs": { "Host": "127.0.0.1", "Port": 4242, "AeTitle": "ORTHANC" } } } }
            """);

        Assert.Empty(errors);
        Assert.Equal(ClientCertificates.Required, options.Node.Tls!.ClientCertificates);
        Assert.True(options.Node.Tls.VerifyName);
        Assert.Equal((false, false), (options.Sources[0].AskCounts, options.Sources[0].StorageCommitment));
        Assert.Equal(IncompleteStudy.Park, options.Sources[0].Incomplete);
        Assert.False(options.Destinations["pacs"].StorageCommitment.Ask);
    }

    [Fact]
    public void Read_NoRoute_IsAnError()
    {
        var (_, errors) = Read("""{ "Defacer": { } }""");

        Assert.Equal("Defacer:Routes", Assert.Single(errors).Path);
    }

    [Fact]
    public void Read_LaterSource_OverridesAsUsual()
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Minimal)))
            .AddCommandLine(["--Defacer:Node:Port=104", "Defacer:Routes:0:StableAge=00:00:05"])
            .Build();

        var options = NodeConfiguration.Require(configuration);

        Assert.Equal(104, options.Node.Port);
        Assert.Equal(TimeSpan.FromSeconds(5), options.Routes[0].StableAge);
    }

    [Fact]
    public void Require_WithErrors_ThrowsWithAllOfThem()
    {
        var error = Assert.Throws<ConfigurationException>(
            () => NodeConfiguration.Require(Build("""{ "Defacer": { "Node": { "Port": -1 } } }""")));

        Assert.Equal(2, error.Errors.Count);
        Assert.Contains("Defacer:Node:Port", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10 GB", 10_000_000_000)]
    [InlineData("512MiB", 536_870_912L)]
    [InlineData("1.5 kb", 1500L)]
    [InlineData("7", 7L)]
    [InlineData("-1 GB", null)]
    [InlineData("GB", null)]
    [InlineData("99999999 TB", null)]
    public void ByteSize_Text_ReadsOrRefuses(string text, long? expected) =>
        Assert.Equal(expected, ByteSize.Parse(text)?.Bytes);

    [Theory]
    [InlineData("10.0.0.0/8", "10.200.3.4", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.200.3.4", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("192.168.1.5", "192.168.1.5", true)]
    [InlineData("192.168.1.5", "192.168.1.6", false)]
    [InlineData("fd00::/8", "fd12::1", true)]
    public void Network_Address_IsInsideOrNot(string network, string address, bool expected)
    {
        Assert.True(Network.TryParse(network, out var parsed));
        Assert.Equal(expected, Network.Contains(parsed, System.Net.IPAddress.Parse(address)));
    }

    private static (DefacerOptions Options, IReadOnlyList<ConfigurationError> Errors) Read(string json) =>
        NodeConfiguration.Read(Build(json));

    private static IConfigurationRoot Build(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json))).Build();
}
