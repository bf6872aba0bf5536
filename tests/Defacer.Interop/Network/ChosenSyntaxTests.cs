using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Dicom.Network.Services;
using Defacer.Dicom.Pixels;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Network;

/// <summary>
/// DCMTK's storescp, told to take one transfer syntax alone: what is stored in another one comes in it, pixel for pixel,
/// or is not sent and says why (PS3.8 Annex D, PS3.5 10).
/// </summary>
public sealed class ChosenSyntaxTests : IDisposable
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("JPEGLSLossless", "1.2.840.10008.1.2.4.80")]
    [InlineData("JPEG2000LosslessOnly", "1.2.840.10008.1.2.4.90")]
    [InlineData("JPEGLossless:Non-hierarchical-1stOrderPrediction", "1.2.840.10008.1.2.4.70")]
    [InlineData("RLELossless", "1.2.840.10008.1.2.5")]
    public async Task Store_PeerTakesOneCompressedSyntax_ArrivesInItWithEveryPixel(string named, string uid)
    {
        foreach (var stored in (DicomTransferSyntax[])
            [DicomTransferSyntax.ImplicitVRLittleEndian, DicomTransferSyntax.JPEGLSLossless, DicomTransferSyntax.RLELossless])
        {
            var file = OddImage(stored);
            var (response, arrived) = await StoreAsync(file, named);

            Assert.Equal((DicomStatus.Success, uid), (response.Status, response.TransferSyntaxUID));
            Assert.Equal(uid, arrived!.TransferSyntax.UID);
            var fragments = (DicomFragmentSequence)arrived.Dataset.First(i => i.Tag == DicomTag.PixelData);
            Assert.All(fragments.Fragments, f => Assert.Equal(0, f.Length % 2));
            Assert.Equal(Pixels(OddImage(DicomTransferSyntax.ExplicitVRLittleEndian)), Pixels(arrived));
        }
    }

    [Theory]
    [InlineData("JPEGBaseline", "refused")]
    [InlineData("JPEG2000", "refused")]
    public async Task Store_PeerTakesLossySyntaxesOnly_IsNotSentAndSaysWhy(string named, string why)
    {
        var (response, arrived) = await StoreAsync(OddImage(DicomTransferSyntax.ExplicitVRLittleEndian), named);

        Assert.Null(arrived);
        Assert.Null(response.TransferSyntaxUID);
        Assert.Equal(DicomStatus.SOPClassNotSupported.Code, response.Status.Code);
        Assert.Contains(why, response.Comment, StringComparison.Ordinal);
    }

    // 3 columns by 9 rows of 8 bits: 27 bytes.
    private static DicomFile OddImage(DicomTransferSyntax syntax)
    {
        var file = DicomFile.Open(SharedData.Require("bugs", "10-odd-pixel-length-transcode", "in.dcm"));
        return file.TransferSyntax == syntax ? file : Transcoder.Transcode(file, syntax, Token);
    }

    private static byte[] Pixels(DicomFile file) =>
        (file.TransferSyntax == DicomTransferSyntax.ExplicitVRLittleEndian
            ? file : Transcoder.Transcode(file, DicomTransferSyntax.ExplicitVRLittleEndian, Token))
        .Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray();

    private async Task<(StoreResponse Response, DicomFile? Arrived)> StoreAsync(DicomFile file, string syntax)
    {
        var path = _folder[$"{Guid.NewGuid():N}.dcm"];
        file.Save(path);
        var kind = new ObjectKind(file.Dataset.GetString(DicomTag.SOPClassUID)!, file.TransferSyntax.UID);
        var target = Directory.CreateDirectory(_folder[Guid.NewGuid().ToString("N")]).FullName;
        var port = FreePort.Next();
        await using var storescp = PeerProcess.Start(
            "storescp",
            ["+B", "-od", target, "-xf", Configuration(kind.SOPClassUID, syntax), "Chosen", $"{port}"],
            new Dictionary<string, string> { ["TCP_NODELAY"] = "1" });
        await FreePort.WaitUntilOpenAsync(port, s_wait, Token);
        await using var association = await DicomClient.ConnectAsync(
            new ClientOptions { Host = "127.0.0.1", Port = port, CalledAeTitle = "STORESCP", CallingAeTitle = "DEFACER" },
            Assert.Single(ContextPlanner.Plan([kind])).Contexts, Token);
        var response = await association.StoreAsync(path, Token);
        await association.ReleaseAsync(Token);
        return (response, Directory.GetFiles(target) is [var arrived] ? DicomFile.Open(arrived) : null);
    }

    private string Configuration(string sopClass, string syntax)
    {
        var path = _folder[$"{Guid.NewGuid():N}.cfg"];
        File.WriteAllText(path, $"""
            [[TransferSyntaxes]]
            [One]
            TransferSyntax1 = {syntax}
            [[PresentationContexts]]
            [OneClass]
            PresentationContext1 = {sopClass}\One
            [[Profiles]]
            [Chosen]
            PresentationContexts = OneClass
            """);
        return path;
    }
}
