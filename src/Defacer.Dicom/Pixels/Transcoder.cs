using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// Changes the transfer syntax of an object without loss: samples, instance UID and every other attribute stay. A lossy
/// syntax is never a target, and what was lossy stays marked.
/// </summary>
public static class Transcoder
{
    /// <summary>Whether objects of one syntax can be written in another; what they hold may still forbid it.</summary>
    public static bool CanTranscode(string fromUid, string toUid) =>
        fromUid == toUid || (PixelCodecs.CanDecode(fromUid) && PixelCodecs.CanEncode(toUid));

    /// <summary>The file in another syntax; its file meta information says so.</summary>
    /// <exception cref="DicomFormatException">The pixels cannot be decoded, or the syntax cannot hold them.</exception>
    public static DicomFile Transcode(DicomFile file, DicomTransferSyntax to, CancellationToken cancellationToken)
    {
        var dataset = Transcode(file.Dataset, file.TransferSyntax, to, cancellationToken);
        var meta = file.FileMetaInfo.Clone();
        meta.AddOrUpdate(DicomElement.FromText(DicomTag.TransferSyntaxUID, DicomVR.UI, to.UID));
        return new DicomFile(meta, dataset) { Preamble = file.Preamble };
    }

    /// <summary>A copy of the data set, to be written in another syntax.</summary>
    /// <param name="dataset">As read.</param>
    /// <param name="from">The syntax it was read in.</param>
    /// <param name="to">The syntax it will be written in.</param>
    /// <param name="cancellationToken">Looked at once a line of pixels.</param>
    /// <exception cref="DicomFormatException">The pixels cannot be decoded, or the syntax cannot hold them.</exception>
    public static DicomDataset Transcode(
        DicomDataset dataset, DicomTransferSyntax from, DicomTransferSyntax to, CancellationToken cancellationToken)
    {
        var result = dataset.Clone();
        if (from.UID == to.UID)
        {
            return result;
        }

        if (!PixelCodecs.CanEncode(to.UID))
        {
            throw new DicomFormatException(to.IsLossy
                ? $"{to.UID} may lose what is there; only lossless syntaxes are written."
                : $"{to.UID} is not written here.");
        }

        if (PixelDescription.PixelItem(dataset) is not null && (from.IsBigEndian || from.IsEncapsulated || to.IsEncapsulated))
        {
            Convert(result, dataset, from, to, cancellationToken);
        }

        LossyMark.Keep(result, dataset, from);
        foreach (var item in Nested(result))
        {
            Convert(item, item, from, DicomTransferSyntax.ExplicitVRLittleEndian, cancellationToken);
        }

        return result;
    }

    private static void Convert(
        DicomDataset target,
        DicomDataset source,
        DicomTransferSyntax from,
        DicomTransferSyntax to,
        CancellationToken cancellationToken)
    {
        var reader = new PixelDataReader(source, from);
        if (to.IsEncapsulated)
        {
            EncapsulatedPixelData.Replace(target, reader, to, cancellationToken);
            return;
        }

        var description = reader.Description;
        var total = description.FrameBytes * description.NumberOfFrames;
        if (description.DecodedPhotometric.StartsWith("YBR_PARTIAL", StringComparison.Ordinal) && from.IsEncapsulated)
        {
            throw new DicomFormatException($"{description.DecodedPhotometric} has no native form after decoding.");
        }

        if (total > Array.MaxLength)
        {
            throw new DicomFormatException($"{total} bytes of pixels are more than one native value can hold here.");
        }

        var frames = GC.AllocateUninitializedArray<byte>((int)total);
        for (var i = 0; i < description.NumberOfFrames; i++)
        {
            var at = (int)(i * description.FrameBytes);
            reader.ReadFrame(i, frames.AsSpan(at, (int)description.FrameBytes), cancellationToken);
        }

        NativePixelData.Replace(target, description, frames, to);
    }

    // Icons in fragments: they are of the old syntax, and stand native in any (PS3.5 §A.4).
    private static List<DicomDataset> Nested(DicomDataset dataset)
    {
        var levels = new List<DicomDataset> { dataset };
        for (var i = 0; i < levels.Count; i++)
        {
            levels.AddRange(levels[i].OfType<DicomSequence>().SelectMany(s => s.Items));
        }

        return [.. levels.Skip(1).Where(l => PixelDescription.PixelItem(l) is DicomFragmentSequence)];
    }
}
