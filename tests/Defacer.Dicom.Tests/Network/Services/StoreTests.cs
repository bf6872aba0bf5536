using Defacer.Dicom.Data;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Network.Services;

public sealed class StoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Echo_OnAcceptedContext_AnswersSuccess()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var association = await loopback.ConnectAsync();
        Assert.Equal(DicomStatus.Success, await association.EchoAsync(Token));
        await association.ReleaseAsync(Token);
        var end = await loopback.Observer.FirstEnd;
        Assert.Equal(AssociationEnd.Released, end.End);
        Assert.Equal(1, end.Messages);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(262_132)]
    [InlineData(3_000_000)]
    public async Task Store_FileInItsOwnSyntax_ArrivesByteForByte(int pixelBytes)
    {
        using var folder = new TemporaryFolder();
        var file = Loopback.MakeObject(pixelBytes);
        file.Save(folder["a.dcm"]);
        await using var loopback = await Loopback.StartAsync();
        await using var association = await loopback.ConnectAsync();
        var response = await association.StoreAsync(folder["a.dcm"], Token);
        await association.ReleaseAsync(Token);
        Assert.Equal(DicomStatus.Success, response.Status);
        Assert.True(loopback.Store.Stored.TryDequeue(out var stored));
        Assert.Equal(Loopback.Encode(file, Loopback.Explicit), stored.DataSet);
        Assert.Equal(response.DataSetBytes, stored.DataSet.Length);
        Assert.Equal(("1.2.3.4", Loopback.CT, Loopback.Explicit), (
            stored.Request.SOPInstanceUID, stored.Request.SOPClassUID, stored.Request.TransferSyntaxUID));
        var end = await loopback.Observer.FirstEnd;
        Assert.Equal((AssociationEnd.Released, 1L, 0L, (long)stored.DataSet.Length), (
            end.End, end.Messages, end.Failures, end.DataSetBytes));
        Assert.Equal(stored.Request.Association.Id, Assert.Single(loopback.Observer.EndedIds));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Store_PeerTakesOnlyTheOtherLittleEndian_IsConverted(bool fromExplicit)
    {
        using var folder = new TemporaryFolder();
        var (own, other) = fromExplicit
            ? (Loopback.Explicit, Loopback.Implicit)
            : (Loopback.Implicit, Loopback.Explicit);
        var file = Loopback.MakeObject(300_000, transferSyntax: own);
        file.Save(folder["a.dcm"]);
        await using var loopback = await Loopback.StartAsync();
        await using var association = await loopback.ConnectAsync(new ProposedContext(Loopback.CT, other));
        var fromPath = await association.StoreAsync(folder["a.dcm"], Token);
        var fromMemory = await association.StoreAsync(file, Token);
        Assert.Equal((other, other), (fromPath.TransferSyntaxUID, fromMemory.TransferSyntaxUID));
        Assert.All(loopback.Store.Stored, s => Assert.Equal(Loopback.Encode(file, other), s.DataSet));
        Assert.Equal(2, loopback.Store.Stored.Count);
    }

    [Fact]
    public async Task Store_NoContextFits_IsNotSentAndSaysSo()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var association = await loopback.ConnectAsync(
            new ProposedContext(Loopback.CT, DicomTransferSyntax.JPEG2000Lossless.UID));
        var response = await association.StoreAsync(Loopback.MakeObject(10), Token);
        Assert.Equal((false, (ushort)0x0122), (response.WasSent, response.Status.Code));
        Assert.Empty(association.Accepted);
        Assert.Contains("transfer syntaxes", Assert.Single(association.Refused).Reason, StringComparison.Ordinal);
        Assert.True(association.IsUsable);
    }

    [Fact]
    public async Task Store_RefusedAtItsBeginning_AnswersStatusAndGoesOn()
    {
        var refused = DicomStatus.OutOfResources.WithComment("The spool is full");
        var first = true;
        var store = new MemoryStore
        {
            OnOpen = _ =>
            {
                if (first)
                {
                    first = false;
                    throw new DimseException(refused);
                }
            },
        };
        await using var loopback = await Loopback.StartAsync(store);
        await using var association = await loopback.ConnectAsync();
        Assert.Equal(refused, (await association.StoreAsync(Loopback.MakeObject(2_000_000), Token)).Status);
        Assert.Equal(DicomStatus.Success, (await association.StoreAsync(Loopback.MakeObject(10), Token)).Status);
        Assert.Single(loopback.Store.Stored);
    }

    [Fact]
    public async Task Store_SinkFailsInTheMiddle_AnswersProcessingFailureAndGoesOn()
    {
        var store = new MemoryStore
        {
            OnWrite = at =>
            _ = at > 1_000_000 ? throw new IOException("The disk is gone.") : 0
        };
        await using var loopback = await Loopback.StartAsync(store);
        await using var association = await loopback.ConnectAsync();
        var response = await association.StoreAsync(Loopback.MakeObject(3_000_000), Token);
        Assert.Equal(DicomStatus.ProcessingFailure.Code, response.Status.Code);
        Assert.NotNull(response.Comment);
        Assert.Equal(1, store.Dropped);
        Assert.Equal(DicomStatus.Success, (await association.StoreAsync(Loopback.MakeObject(10), Token)).Status);
        Assert.IsType<IOException>(loopback.Observer.Messages.First().Error);
    }

    [Fact]
    public async Task Store_InvalidInstanceUID_Answers0117()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var association = await loopback.ConnectAsync();
        var response = await association.StoreAsync(Loopback.MakeObject(10, instance: "1.02.3"), Token);
        Assert.Equal(DicomStatus.InvalidSOPInstance.Code, response.Status.Code);
        Assert.Empty(loopback.Store.Stored);
    }
}
