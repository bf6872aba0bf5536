using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Files;

public sealed class DicomFileTests
{
    private static readonly byte[] s_name =
    [
        0x10, 0x00, 0x10, 0x00, (byte)'P', (byte)'N', 0x04, 0x00, (byte)'A', (byte)'^', (byte)'B', (byte)' ',
    ];

    [Fact]
    public void Save_NewFile_HasPreambleMagicAndGroupLength()
    {
        var file = new DicomFile(
            DicomFileMeta.Create("1.2.840.10008.5.1.4.1.1.7", "2.25.7", DicomTransferSyntax.ExplicitVRLittleEndian,
                "SCANNER"),
            new DicomDataset(new DicomElement(DicomTag.PatientName, DicomVR.PN, "A^B "u8.ToArray())));
        using var stream = new MemoryStream();

        file.Save(stream);

        var bytes = stream.ToArray();
        Assert.True(bytes.AsSpan(0, 128).IndexOfAnyExcept((byte)0) < 0);
        Assert.Equal("DICM", Encoding.ASCII.GetString(bytes, 128, 4));
        Assert.Equal(s_name, bytes[^12..]);
        Assert.Equal(BitConverter.ToUInt32(bytes, 140), (uint)(bytes.Length - 12 - 144));
        var read = DicomFile.Open(new MemoryStream(bytes));
        Assert.Empty(read.Remarks);
        Assert.Equal("SCANNER", read.FileMetaInfo.GetString(DicomTag.SourceApplicationEntityTitle));
        Assert.Equal(DicomFileMeta.ImplementationClassUID,
            read.FileMetaInfo.GetString(DicomTag.ImplementationClassUID));
    }

    [Fact]
    public void ImplementationIdentity_IsValid()
    {
        Assert.True(DicomUID.IsValid(DicomFileMeta.ImplementationClassUID));
        Assert.InRange(DicomFileMeta.ImplementationVersionName.Length, 1, 16);
    }

    [Fact]
    public void Save_ToPath_LeavesNoPartialFile()
    {
        using var folder = new TemporaryFolder();
        var file = DicomFile.Open(Fixtures.Sample("rtplan.dcm"));

        file.Save(folder["out.dcm"], flushToDisk: true);

        Assert.Equal(["out.dcm"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName));
        Assert.Empty(DicomFile.Open(folder["out.dcm"]).Remarks);
    }

    [Fact]
    public void Save_OverTheFileItWasReadFrom_KeepsValuesThatStayedInIt()
    {
        using var folder = new TemporaryFolder();
        var pixels = new byte[200_000];
        new Random(1).NextBytes(pixels);
        WithPixels(pixels, DicomTransferSyntax.ExplicitVRLittleEndian).Save(folder["a.dcm"]);
        var file = DicomFile.Open(folder["a.dcm"]);
        Assert.NotNull(file.Dataset.GetElement(DicomTag.PixelData)!.Bulk);

        file.Save(folder["a.dcm"]);

        Assert.Equal(pixels, DicomFile.Open(folder["a.dcm"]).Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray());
    }

    [Fact]
    public void Read_ValueOfAFileThatWasWrittenTo_IsRefused()
    {
        using var folder = new TemporaryFolder();
        WithPixels(new byte[200_000], DicomTransferSyntax.ExplicitVRLittleEndian).Save(folder["a.dcm"]);
        var bulk = DicomFile.Open(folder["a.dcm"]).Dataset.GetElement(DicomTag.PixelData)!.Bulk!;
        WithPixels(new byte[300_000], DicomTransferSyntax.ExplicitVRLittleEndian).Save(folder["a.dcm"]);

        Assert.Throws<IOException>(() => bulk.Read(0, new byte[10]));
    }

    [Fact]
    public void Read_PartOfABigEndianValue_IsSwappedAsTheWhole()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["v"], [9, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        var bulk = new FileBulk(folder["v"], 1, 8, swapUnit: 4);

        var part = new byte[5];
        bulk.Read(2, part);

        Assert.Equal([4, 3, 2, 1, 8, 7, 6, 5], bulk.ToArray());
        Assert.Equal([2, 1, 8, 7, 6], part);
    }

    [Fact]
    public void Save_BigEndianFile_IsWrittenInLittleEndian()
    {
        var file = DicomFile.Open(Fixtures.Sample("SC_rgb_small_odd_big_endian.dcm"));
        using var stream = new MemoryStream();

        file.Save(stream);

        stream.Position = 0;
        var read = DicomFile.Open(stream);
        Assert.Equal(DicomTransferSyntax.ExplicitVRLittleEndian, read.TransferSyntax);
        Assert.Equal(file.Dataset.GetInt(DicomTag.Rows), read.Dataset.GetInt(DicomTag.Rows));
        Assert.Equal(file.Dataset.Select(i => i.Tag), read.Dataset.Select(i => i.Tag));
    }

    [Fact]
    public void Open_LargeValueOfADeflatedFile_StaysInItAndIsInflatedWhenAsked()
    {
        using var folder = new TemporaryFolder();
        var pixels = new byte[300_000];
        new Random(1).NextBytes(pixels.AsSpan(0, 1000));
        WithPixels(pixels, DicomTransferSyntax.DeflatedExplicitVRLittleEndian).Save(folder["a.dcm"]);

        var bulk = DicomFile.Open(folder["a.dcm"]).Dataset.GetElement(DicomTag.PixelData)!.Bulk!;

        var part = new byte[500];
        bulk.Read(700, part);
        Assert.Equal(pixels[700..1200], part);
        Assert.Equal(pixels, bulk.ToArray());
    }

    [Fact]
    public void Open_StopBefore_ReadsNothingFromThereOn()
    {
        var file = DicomFile.Open(Fixtures.Sample("rtdose_rle.dcm"),
            new DicomReadOptions { StopBefore = DicomTag.PixelData });

        Assert.False(file.Dataset.Contains(DicomTag.PixelData));
        Assert.True(file.Dataset.Contains(DicomTag.Rows));
        Assert.False(file.IsTruncated);
    }

    [Theory]
    [InlineData("ExplVR_BigEndNoMeta.dcm", "1.2.840.10008.1.2.2",
        DicomIrregularity.NoPreamble, DicomIrregularity.NoFileMeta)]
    [InlineData("meta_missing_tsyntax.dcm", "1.2.840.10008.1.2", DicomIrregularity.TransferSyntaxMissing)]
    public void Open_IrregularSample_FindsTheSyntaxAndRemarksIt(
        string name, string syntax, params DicomIrregularity[] remarks)
    {
        var file = DicomFile.Open(Fixtures.Sample(name));

        Assert.Equal(syntax, file.TransferSyntax.UID);
        Assert.Equal(remarks, file.Remarks.Select(r => r.Kind));
        Assert.Equal(syntax, file.FileMetaInfo.GetString(DicomTag.TransferSyntaxUID));
    }

    [Fact]
    public void Open_CutFile_SaysSo()
    {
        var bytes = File.ReadAllBytes(Fixtures.Sample("rtplan.dcm"));

        var file = DicomFile.Open(new MemoryStream(bytes[..^300]));

        Assert.True(file.IsTruncated);
        Assert.Throws<DicomFormatException>(
            () => DicomFile.Open(new MemoryStream(bytes[..^300]), new DicomReadOptions { AllowTruncated = false }));
    }

    [Fact]
    public void Open_NoDicom_SaysWhatItLookedFor()
    {
        var error = Assert.Throws<DicomFormatException>(
            () => DicomFile.Open(new MemoryStream(Encoding.ASCII.GetBytes(new string('x', 500)))));

        Assert.Contains("DICM", error.Message, StringComparison.Ordinal);
    }

    private static DicomFile WithPixels(byte[] pixels, DicomTransferSyntax syntax) => new(
        DicomFileMeta.Create("1.2.840.10008.5.1.4.1.1.7", "2.25.7", syntax),
        new DicomDataset(new DicomElement(DicomTag.PixelData, DicomVR.OW, pixels)));
}
