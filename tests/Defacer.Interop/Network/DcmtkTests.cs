using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Network;

/// <summary>Our network layer and DCMTK's programs, over loopback.</summary>
public sealed class DcmtkTests
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(60);

    // Without it DCMTK leaves Nagle on, and each object waits 40 ms for an acknowledgement.
    private static readonly Dictionary<string, string> s_noDelay = new(
        StringComparer.Ordinal)
    { ["TCP_NODELAY"] = "1" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Echoscu_ToOurServer_Succeeds()
    {
        await using var receiver = await Receiver.StartAsync();
        var (exitCode, output) = await PeerProcess.RunAsync(
            "echoscu", ["-v", "-aec", "SERVER", "--repeat", "3", "127.0.0.1", $"{receiver.Port}"], s_wait, s_noDelay);
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Echoscu_With128Contexts_Succeeds()
    {
        await using var receiver = await Receiver.StartAsync();
        var (exitCode, output) = await PeerProcess.RunAsync(
            "echoscu",
            ["-v", "--propose-pc", "128", "--propose-ts", "30", "127.0.0.1", $"{receiver.Port}"],
            s_wait,
            s_noDelay);
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Echoscu_AbortingInsteadOfReleasing_IsReportedAsAborted()
    {
        await using var receiver = await Receiver.StartAsync();
        await PeerProcess.RunAsync("echoscu", ["--abort", "127.0.0.1", $"{receiver.Port}"], s_wait, s_noDelay);
        Assert.Equal(AssociationEnd.AbortedByPeer, await receiver.FirstEnd.WaitAsync(s_wait, Token));
    }

    [Fact]
    public async Task Echoscu_RejectedByPolicy_PrintsTheReason()
    {
        await using var receiver = await Receiver.StartAsync(AssociationRejection.CalledAeTitleNotRecognized);
        var (exitCode, output) = await PeerProcess.RunAsync(
            "echoscu", ["-v", "127.0.0.1", $"{receiver.Port}"], s_wait, s_noDelay);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Called AE Title Not Recognized", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-xe", "1.2.840.10008.1.2.1")]
    [InlineData("-xi", "1.2.840.10008.1.2")]
    public async Task Storescu_ToOurServer_ArrivesByteForByte(string propose, string syntax)
    {
        using var folder = new TemporaryFolder();
        var files = MakeFiles(folder, 10, syntax);
        await using var receiver = await Receiver.StartAsync();
        var (exitCode, output) = await PeerProcess.RunAsync(
            "storescu",
            ["-v", propose, "-aec", "SERVER", "127.0.0.1", $"{receiver.Port}", .. files],
            s_wait,
            s_noDelay);
        Assert.True(exitCode == 0, output);
        Assert.Equal(10, receiver.Stored.Count);
        foreach (var path in files)
        {
            var file = DicomFile.Open(path);
            Assert.Equal(Encode(file), receiver.Stored[file.Dataset.GetString(DicomTag.SOPInstanceUID)!]);
        }
    }

    [Theory]
    [InlineData(16384)]
    [InlineData(131072)]
    [InlineData(4096)]
    public async Task Store_ToStorescp_ArrivesByteForByte(int maxPduLength)
    {
        using var folder = new TemporaryFolder();
        using var target = new TemporaryFolder();
        var files = MakeFiles(folder, 10, DicomTransferSyntax.ExplicitVRLittleEndian.UID);
        var port = FreePort.Next();
        await using var storescp = PeerProcess.Start(
            "storescp",
            ["+B", "-od", target.Path, "-pdu", $"{maxPduLength}", "-aet", "STORESCP", $"{port}"],
            s_noDelay);
        await FreePort.WaitUntilOpenAsync(port, s_wait, Token);
        var plan = Assert.Single(ContextPlanner.Plan(
            [new ObjectKind(DicomUID.CTImageStorage.UID, DicomTransferSyntax.ExplicitVRLittleEndian.UID)]));
        await using (var association = await DicomClient.ConnectAsync(Options(port), plan.Contexts, Token))
        {
            foreach (var path in files)
            {
                Assert.Equal(DicomStatus.Success, (await association.StoreAsync(path, Token)).Status);
            }

            await association.ReleaseAsync(Token);
        }

        var arrived = Directory.GetFiles(target.Path);
        Assert.Equal(10, arrived.Length);
        var sent = files.Select(f => Convert.ToHexString(Encode(DicomFile.Open(f)))).ToHashSet(StringComparer.Ordinal);
        Assert.All(arrived, f => Assert.Contains(Convert.ToHexString(Encode(DicomFile.Open(f))), sent));
    }

    [Fact]
    public async Task Store_ToStorescpThatTakesImplicitOnly_ArrivesConverted()
    {
        using var folder = new TemporaryFolder();
        using var target = new TemporaryFolder();
        var path = Assert.Single(MakeFiles(folder, 1, DicomTransferSyntax.ExplicitVRLittleEndian.UID));
        var port = FreePort.Next();
        await using var storescp = PeerProcess.Start(
            "storescp", ["+xi", "+B", "-od", target.Path, $"{port}"], s_noDelay);
        await FreePort.WaitUntilOpenAsync(port, s_wait, Token);
        var plan = Assert.Single(ContextPlanner.Plan(
            [new ObjectKind(DicomUID.CTImageStorage.UID, DicomTransferSyntax.ExplicitVRLittleEndian.UID)]));
        await using var association = await DicomClient.ConnectAsync(Options(port), plan.Contexts, Token);
        var response = await association.StoreAsync(path, Token);
        await association.ReleaseAsync(Token);
        Assert.Equal((DicomStatus.Success, DicomTransferSyntax.ImplicitVRLittleEndian.UID), (
            response.Status, response.TransferSyntaxUID));
        var arrived = DicomFile.Open(Assert.Single(Directory.GetFiles(target.Path)));
        var sent = DicomFile.Open(path);
        Assert.Equal(DicomTransferSyntax.ImplicitVRLittleEndian, arrived.TransferSyntax);
        Assert.Equal(sent.Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray(), arrived.Dataset.GetElement(
            DicomTag.PixelData)!.Value.ToArray());
    }

    [Theory]
    [InlineData("--abort-after")]
    [InlineData("--abort-during")]
    public async Task Store_StorescpAborts_SaysSo(string when)
    {
        using var folder = new TemporaryFolder();
        using var target = new TemporaryFolder();
        var path = Assert.Single(MakeFiles(folder, 1, DicomTransferSyntax.ExplicitVRLittleEndian.UID));
        var port = FreePort.Next();
        await using var storescp = PeerProcess.Start("storescp", [when, "-od", target.Path, $"{port}"], s_noDelay);
        await FreePort.WaitUntilOpenAsync(port, s_wait, Token);
        await using var association = await DicomClient.ConnectAsync(
            Options(port), [new ProposedContext(
                DicomUID.CTImageStorage.UID, DicomTransferSyntax.ExplicitVRLittleEndian.UID)], Token);
        await Assert.ThrowsAsync<AssociationAbortedException>(async () =>
        {
            await association.StoreAsync(path, Token);
            await association.StoreAsync(path, Token);
        });
        Assert.False(association.IsUsable);
    }

    [Fact]
    public async Task Connect_ToStorescpThatRefuses_SaysHow()
    {
        using var target = new TemporaryFolder();
        var port = FreePort.Next();
        await using var storescp = PeerProcess.Start(
            "storescp", ["--refuse", "-od", target.Path, $"{port}"], s_noDelay);
        await FreePort.WaitUntilOpenAsync(port, s_wait, Token);
        var error = await Assert.ThrowsAsync<AssociationRejectedException>(() => DicomClient.ConnectAsync(
            Options(port), [new ProposedContext(
                DicomUID.Verification.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID)], Token));
        Assert.Contains("1/1/1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Echo_ToStorescp_Succeeds()
    {
        using var target = new TemporaryFolder();
        var port = FreePort.Next();
        await using var storescp = PeerProcess.Start("storescp", ["-od", target.Path, $"{port}"], s_noDelay);
        await FreePort.WaitUntilOpenAsync(port, s_wait, Token);
        await using var association = await DicomClient.ConnectAsync(
            Options(port), [new ProposedContext(
                DicomUID.Verification.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID)], Token);
        Assert.Equal(DicomStatus.Success, await association.EchoAsync(Token));
        await association.ReleaseAsync(Token);
    }

    private static ClientOptions Options(int port) =>
        new() { Host = "127.0.0.1", Port = port, CalledAeTitle = "STORESCP", CallingAeTitle = "DEFACER" };

    private static byte[] Encode(DicomFile file)
    {
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, file.Dataset, file.TransferSyntax);
        return stream.ToArray();
    }

    private static List<string> MakeFiles(TemporaryFolder folder, int count, string syntax)
    {
        var paths = new List<string>();
        for (var i = 1; i <= count; i++)
        {
            var pixels = new byte[2 * 512 * 512];
            for (var p = 0; p < pixels.Length; p++)
            {
                pixels[p] = (byte)((p * i) ^ (p >> 9));
            }

            var dataset = new DicomDataset(
                DicomElement.FromText(DicomTag.SOPClassUID, DicomVR.UI, DicomUID.CTImageStorage.UID),
                DicomElement.FromText(DicomTag.SOPInstanceUID, DicomVR.UI, $"1.2.826.0.1.3680043.9.9.{i}"),
                DicomElement.FromText(DicomTag.Modality, DicomVR.CS, "CT"),
                DicomElement.FromText(DicomTag.PatientID, DicomVR.LO, "PHANTOM"),
                DicomElement.FromText(DicomTag.StudyInstanceUID, DicomVR.UI, "1.2.826.0.1.3680043.9.9"),
                DicomElement.FromText(DicomTag.SeriesInstanceUID, DicomVR.UI, "1.2.826.0.1.3680043.9.9.0"),
                DicomElement.FromText(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2"),
                new DicomElement(DicomTag.PixelData, DicomVR.OW, pixels));
            dataset.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
            dataset.AddOrUpdateUS(DicomTag.Rows, 512);
            dataset.AddOrUpdateUS(DicomTag.Columns, 512);
            dataset.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
            dataset.AddOrUpdateUS(DicomTag.BitsStored, 16);
            dataset.AddOrUpdateUS(DicomTag.HighBit, 15);
            dataset.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
            var path = folder[$"{i}.dcm"];
            new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.FromUid(syntax)), dataset).Save(path);
            paths.Add(path);
        }

        return paths;
    }
}
