using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Files;

public sealed class RoundTripTests
{
    // Every other file comes out byte for byte. Big endian is read only and is not listed: its values are swapped.
    private static readonly Dictionary<string, string> s_notIdentical = new(StringComparer.Ordinal)
    {
        ["MR_truncated.dcm"] = "cut inside Pixel Data: the length is corrected",
        ["rtplan_truncated.dcm"] = "cut inside a sequence: lengths are corrected",
        ["emri_small_jpeg_2k_lossless_too_short.dcm"] = "cut inside the fragments: the delimiter is written",
        ["DICOMDIR-nooffset"] = "the last item is longer than the file: lengths are corrected",
        ["GH626.dcm"] = "the length of a private sequence is 4 too short: corrected",
        ["SC_rgb_jpeg.dcm"] = "JPEG in implicit VR: explicit is written, as PS3.5 A.4 has it",
        ["no_meta.dcm"] = "begins with a stray byte: no data set",
    };

    [Theory]
    [InlineData("charset")]
    [InlineData("syntax")]
    [InlineData("objects")]
    [InlineData("private")]
    [InlineData("odd")]
    public void Write_UnchangedFixture_GivesTheBytesRead(string folder)
    {
        var files = Fixtures.In(folder);
        var faults = files.Select(path => (Name: Path.GetFileName(path), Fault: Fault(path)))
            .Where(f => f.Fault is null == s_notIdentical.ContainsKey(f.Name))
            .Select(f => $"{f.Name}: {f.Fault ?? "identical, though listed as not"}");

        Assert.Empty(faults);
        Assert.True(files.Count >= 20);
    }

    [Fact]
    public void Write_UnchangedSample_GivesTheBytesRead()
    {
        Assert.All(Fixtures.AllSamples(), path => Assert.Null(Fault(path)));
        Assert.True(Fixtures.AllSamples().Count() >= 12);
    }

    [Theory]
    [InlineData("ct-chest-thick")]
    [InlineData("mr-pd-ax-thick-partial-face")]
    [InlineData("mr-dti-enhanced-4d")]
    [InlineData("mr-t1-enhanced-multiframe")]
    [InlineData("mr-cylinder-jpegll-fragments")]
    public void Write_UnchangedScannerSeries_GivesTheBytesReadAndNoRemark(string series)
    {
        var files = Directory.GetFiles(Archive.Unpack("dicom", series + ".tar.xz"), "*", SearchOption.AllDirectories);

        Assert.All(files, path => Assert.Null(Fault(path)));
        Assert.All(files, path => Assert.Empty(DicomFile.Open(path).Remarks));
        Assert.NotEmpty(files);
    }

    [Theory]
    [InlineData("charset")]
    [InlineData("syntax")]
    [InlineData("objects")]
    [InlineData("private")]
    [InlineData("odd")]
    public void Open_FixtureMeantToBeRead_IsRead(string folder)
    {
        foreach (var path in Fixtures.In(folder).Where(p => Path.GetFileName(p) != "no_meta.dcm"))
        {
            Assert.True(DicomFile.Open(path).Dataset.Count > 0, path);
        }
    }

    [Fact]
    public void Save_ClonedFile_GivesTheSameDataset()
    {
        var file = DicomFile.Open(Fixtures.Sample("test-SR.dcm"));
        using var stream = new MemoryStream();

        new DicomFile(file.FileMetaInfo.Clone(), file.Dataset.Clone()).Save(stream);

        Assert.Equal(RawFile.DatasetBytes(File.ReadAllBytes(Fixtures.Sample("test-SR.dcm"))),
            RawFile.DatasetBytes(stream.ToArray()));
    }

    [Theory]
    [InlineData("objects")]
    [InlineData("private")]
    [InlineData("odd")]
    public void Write_OtherSyntaxAndBack_GivesTheSameValues(string folder)
    {
        foreach (var path in Fixtures.In(folder).Where(p => Path.GetFileName(p) != "no_meta.dcm"))
        {
            var dataset = DicomFile.Open(path).Dataset;
            var there = Reread(dataset, DicomTransferSyntax.ExplicitVRLittleEndian);
            var andBack = Reread(there, DicomTransferSyntax.ImplicitVRLittleEndian);

            Assert.Equal(Values(dataset), Values(andBack));
        }
    }

    private static string? Fault(string path)
    {
        DicomFile file;
        try
        {
            file = DicomFile.Open(path);
        }
        catch (DicomFormatException e)
        {
            return e.Message;
        }

        var syntax = file.TransferSyntax;
        var expected = RawFile.DatasetBytes(File.ReadAllBytes(path));
        if (expected is null)
        {
            return "the test finds no data set";
        }

        if (syntax.IsBigEndian)
        {
            return BigEndianFault(file, expected.Length);
        }

        var written = Bytes(file.Dataset, syntax.IsDeflated ? DicomTransferSyntax.ExplicitVRLittleEndian : syntax);
        return written.AsSpan().SequenceEqual(expected)
            ? null
            : $"differs at {written.AsSpan().CommonPrefixLength(expected)} of {expected.Length} bytes";
    }

    private static string? BigEndianFault(DicomFile file, int length)
    {
        var written = Bytes(file.Dataset, DicomTransferSyntax.ExplicitVRLittleEndian);
        return written.Length == length ? null : $"{length} bytes in big endian, {written.Length} in little endian";
    }

    private static byte[] Bytes(DicomDataset dataset, DicomTransferSyntax syntax)
    {
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, dataset, syntax);
        Assert.Equal(stream.Length, DicomWriter.MeasureLength(dataset, syntax));
        return stream.ToArray();
    }

    private static DicomDataset Reread(DicomDataset dataset, DicomTransferSyntax syntax) =>
        DicomReader.Read(new MemoryStream(Bytes(dataset, syntax)), syntax);

    private static IEnumerable<string> Values(DicomDataset dataset, string path = "")
    {
        foreach (var item in dataset)
        {
            switch (item)
            {
                // A private sequence that no dictionary knows is told from bytes by its items.
                case DicomSequence { Items.Count: 0 }:
                    yield return $"{path}{item.Tag} {Fixtures.Hash([])}";
                    break;
                case DicomSequence sequence:
                    var nested = sequence.Items.SelectMany((child, i) => Values(child, $"{path}{item.Tag}[{i}]."));
                    foreach (var value in nested.Prepend($"{path}{item.Tag} {sequence.Items.Count} items"))
                    {
                        yield return value;
                    }

                    break;
                case DicomFragmentSequence fragments:
                    foreach (var fragment in fragments.Fragments)
                    {
                        yield return $"{path}{item.Tag} {Fixtures.Hash(fragment.Value.Span)}";
                    }

                    break;
                case DicomElement element:
                    yield return $"{path}{item.Tag} {Fixtures.Hash(element.Value.Span)}";
                    break;
            }
        }
    }
}
