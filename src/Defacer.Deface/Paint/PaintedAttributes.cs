using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Deface.Paint;

/// <summary>Attributes that described, repeated or signed the pixels that are gone.</summary>
internal static class PaintedAttributes
{
    // Statistics of the old pixels, and values that a signature or checksum was computed from.
    private static readonly DicomTag[] s_stale =
    [
        DicomTag.SmallestPixelValueInSeries, DicomTag.LargestPixelValueInSeries,
        DicomTag.SmallestImagePixelValueInPlane, DicomTag.LargestImagePixelValueInPlane,
        DicomTag.LargestMonochromePixelValue, DicomTag.HistogramSequence, DicomTag.PixelDataProviderURL,
        DicomTag.MACParametersSequence, DicomTag.DigitalSignaturesSequence,
    ];

    /// <summary>Makes the attributes of painted pixels true.</summary>
    /// <param name="dataset">With its new pixel data.</param>
    /// <param name="extent">Of the new pixel data.</param>
    /// <param name="painted">For each frame, whether anything of it was replaced.</param>
    internal static void Update(DicomDataset dataset, PixelExtent extent, IReadOnlyList<bool> painted)
    {
        Replace(dataset, DicomTag.SmallestImagePixelValue, extent.Smallest);
        Replace(dataset, DicomTag.LargestImagePixelValue, extent.Largest);
        var isMixed = DeriveFrames(dataset, painted);
        Derive(dataset, DicomTag.ImageType, isMixed ? "MIXED" : "DERIVED");
        if (!isMixed)
        {
            PulseSequence.RemoveFrom(dataset);
        }

        foreach (var level in AllLevels(dataset))
        {
            foreach (var tag in s_stale)
            {
                level.Remove(tag);
            }
        }

        RemovePictures(dataset);
        // PS3.3 §C.7.6.1: set here, stands only when the gate has passed; files that fail are thrown away.
        dataset.AddOrUpdate(DicomTag.RecognizableVisualFeatures, DicomVR.CS, "NO");
    }

    /// <summary>Icons, overlays and curves at every depth: each can hold a picture of the face.</summary>
    internal static void RemovePictures(DicomDataset dataset)
    {
        foreach (var level in AllLevels(dataset))
        {
            level.RemoveAll(item => item.Tag == DicomTag.IconImageSequence
                || (item.Tag.Group is >= 0x6000 and <= 0x60FF or >= 0x5000 and <= 0x50FF && !item.Tag.IsPrivate));
        }
    }

    private static List<DicomDataset> AllLevels(DicomDataset dataset)
    {
        var levels = new List<DicomDataset> { dataset };
        for (var i = 0; i < levels.Count; i++)
        {
            levels.AddRange(levels[i].OfType<DicomSequence>().SelectMany(s => s.Items));
        }

        return levels;
    }

    // Says whether frames differ: a frame that lost nothing is as original as before, and the object is then MIXED
    // (PS3.3 §C.8.16.1), which also keeps what only original frames may state about their acquisition.
    private static bool DeriveFrames(DicomDataset dataset, IReadOnlyList<bool> painted)
    {
        foreach (var level in dataset.GetItems(DicomTag.SharedFunctionalGroupsSequence).SelectMany(TypesIn))
        {
            Derive(level, DicomTag.FrameType, "DERIVED");
        }

        var frames = dataset.GetItems(DicomTag.PerFrameFunctionalGroupsSequence);
        var left = false;
        for (var frame = 0; frame < frames.Count; frame++)
        {
            foreach (var level in TypesIn(frames[frame]))
            {
                if (frame >= painted.Count || painted[frame])
                {
                    Derive(level, DicomTag.FrameType, "DERIVED");
                }
                else
                {
                    left |= level.GetString(DicomTag.FrameType) == "ORIGINAL";
                }
            }
        }

        return left;
    }

    private static IEnumerable<DicomDataset> TypesIn(DicomDataset groups) =>
        groups.OfType<DicomSequence>().SelectMany(s => s.Items).Where(i => i.Contains(DicomTag.FrameType));

    private static void Derive(DicomDataset dataset, DicomTag tag, string value)
    {
        var values = dataset.GetStrings(tag);
        if (values.Count > 0 && values[0] != "DERIVED")
        {
            dataset.AddOrUpdate(tag, DicomVR.CS, [value, .. values.Skip(1)]);
        }
    }

    private static void Replace(DicomDataset dataset, DicomTag tag, long value)
    {
        if (dataset.GetElement(tag) is not { } element)
        {
            return;
        }

        var (low, high) = element.VR == DicomVR.SS ? (short.MinValue, (long)short.MaxValue) : (0, ushort.MaxValue);
        if (value < low || value > high)
        {
            dataset.Remove(tag);
            return;
        }

        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, unchecked((ushort)value));
        dataset.AddOrUpdate(new DicomElement(tag, element.VR == DicomVR.SS ? DicomVR.SS : DicomVR.US, bytes));
    }
}
