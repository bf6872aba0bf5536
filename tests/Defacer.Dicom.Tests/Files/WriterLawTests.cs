using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace Defacer.Dicom.Tests.Files;

/// <summary>Laws: what is written reads back equal, and what is read writes back equal.</summary>
public sealed class WriterLawTests
{
    private static readonly DicomVR[] s_vrs = [.. DicomVR.All.Where(vr => vr != DicomVR.SQ && vr != DicomVR.UN)];

    [Property(Arbitrary = [typeof(Datasets)], MaxTest = 200)]
    public void ReadOfWrite_Explicit_IsIdentity(DicomDataset dataset) =>
        AssertIdentity(dataset, DicomTransferSyntax.ExplicitVRLittleEndian);

    [Property(Arbitrary = [typeof(Datasets)], MaxTest = 200)]
    public void WriteOfReadOfWrite_Implicit_GivesTheSameBytes(DicomDataset dataset)
    {
        var bytes = Bytes(dataset, DicomTransferSyntax.ImplicitVRLittleEndian);
        var read = DicomReader.Read(new MemoryStream(bytes), DicomTransferSyntax.ImplicitVRLittleEndian);

        Assert.Equal(bytes, Bytes(read, DicomTransferSyntax.ImplicitVRLittleEndian));
    }

    [Property(Arbitrary = [typeof(Datasets)], MaxTest = 50)]
    public void ReadOfSave_Deflated_IsIdentity(DicomDataset dataset)
    {
        var meta = DicomFileMeta.Create("1.2.840.10008.5.1.4.1.1.7", "2.25.1",
            DicomTransferSyntax.DeflatedExplicitVRLittleEndian);
        using var stream = new MemoryStream();
        new DicomFile(meta, dataset).Save(stream);
        stream.Position = 0;

        var read = DicomFile.Open(stream);

        Assert.Empty(read.Remarks);
        AssertEqual(dataset, read.Dataset);
    }

    private static void AssertIdentity(DicomDataset dataset, DicomTransferSyntax syntax)
    {
        var bytes = Bytes(dataset, syntax);
        var read = DicomReader.Read(new MemoryStream(bytes), syntax);

        AssertEqual(dataset, read);
        Assert.Equal(bytes, Bytes(read, syntax));
        Assert.Equal(bytes, Bytes(read.Clone(), syntax));
    }

    private static byte[] Bytes(DicomDataset dataset, DicomTransferSyntax syntax)
    {
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, dataset, syntax);
        Assert.Equal(stream.Length, DicomWriter.MeasureLength(dataset, syntax));
        return stream.ToArray();
    }

    private static void AssertEqual(DicomDataset expected, DicomDataset actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].Tag, actual[i].Tag);
            Assert.Equal(expected[i].VR, actual[i].VR);
            Assert.Equal(expected[i].GetType(), actual[i].GetType());
            if (expected[i] is DicomSequence sequence)
            {
                var other = (DicomSequence)actual[i];
                Assert.Equal(sequence.Items.Count, other.Items.Count);
                Assert.All(sequence.Items.Zip(other.Items), pair => AssertEqual(pair.First, pair.Second));
            }
            else if (expected[i] is DicomFragmentSequence fragments)
            {
                var other = (DicomFragmentSequence)actual[i];
                Assert.Equal(fragments.OffsetTable.Value.ToArray(), other.OffsetTable.Value.ToArray());
                Assert.Equal(fragments.Fragments.Select(f => f.Value.ToArray()),
                    other.Fragments.Select(f => f.Value.ToArray()));
            }
            else
            {
                Assert.Equal(((DicomElement)expected[i]).Value.ToArray(), ((DicomElement)actual[i]).Value.ToArray());
            }
        }
    }

    /// <summary>
    /// Data sets with any VR and any bytes, of odd and even length, nested to six levels, defined and undefined.
    /// </summary>
    private static class Datasets
    {
        public static Arbitrary<DicomDataset> Dataset() => Gen.Sized(size => Level(6, size % 20)).ToArbitrary();

        private static Gen<DicomDataset> Level(int depth, int size) =>
            from items in Item(depth, size).ListOf(size % 12)
            from undefined in Gen.Elements(true, false)
            select Make(items, undefined);

        private static DicomDataset Make(IEnumerable<DicomItem> items, bool undefined)
        {
            var dataset = new DicomDataset { IsUndefinedLength = undefined };
            foreach (var item in items)
            {
                dataset.AddOrUpdate(item);
            }

            return dataset;
        }

        private static Gen<DicomItem> Item(int depth, int size) => depth == 0
            ? Element()
            : Gen.Frequency((8, Element()), (2, Sequence(depth - 1, size / 2)), (1, Fragments()));

        // Groups beside 0002, FFFE and 7FE0, of which the reader knows more.
        private static Gen<DicomTag> Tag() =>
            from @group in Gen.Elements<ushort>(0x0008, 0x0009, 0x0010, 0x0011, 0x0018, 0x0028, 0x3006, 0x6000)
            from element in Gen.Choose(1, 0xFFFF)
            select new DicomTag(@group, (ushort)element);

        private static Gen<byte[]> Value() =>
            from length in Gen.Choose(0, 40)
            from bytes in Gen.Choose(0, 255).ArrayOf(length)
            select bytes.Select(b => (byte)b).ToArray();

        private static Gen<DicomItem> Element() =>
            from tag in Tag()
            from vr in Gen.Elements(s_vrs)
            from value in Value()
            select (DicomItem)new DicomElement(tag, vr, value);

        private static Gen<DicomItem> Sequence(int depth, int size) =>
            from tag in Tag()
            from undefined in Gen.Elements(true, false)
            from items in Level(depth, size).ListOf(size % 4)
            select (DicomItem)Fill(new DicomSequence(tag, DicomVR.SQ, undefined), items);

        private static DicomSequence Fill(DicomSequence sequence, IEnumerable<DicomDataset> items)
        {
            sequence.Items.AddRange(items);
            return sequence;
        }

        private static Gen<DicomItem> Fragments() =>
            from values in Value().ListOf(3)
            select (DicomItem)new DicomFragmentSequence(
                DicomTag.PixelData,
                DicomVR.OB,
                new DicomElement(DicomTag.Item, DicomVR.OB, values[0]),
                [.. values.Skip(1).Select(v => new DicomElement(DicomTag.Item, DicomVR.OB, v))]);
    }
}
