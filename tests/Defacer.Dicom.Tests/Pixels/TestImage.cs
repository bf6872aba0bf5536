using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>An uncompressed image of any shape, smooth with some noise, made for one test.</summary>
internal sealed record TestImage
{
    internal int Rows { get; init; } = 37;

    internal int Columns { get; init; } = 53;

    internal int Frames { get; init; } = 1;

    internal int Samples { get; init; } = 1;

    internal int Allocated { get; init; } = 16;

    internal int Stored { get; init; } = 12;

    internal bool Signed { get; init; }

    internal string Photometric { get; init; } = "MONOCHROME2";

    /// <summary>Whether bits above Bits Stored hold something.</summary>
    internal bool UsesUnusedBits { get; init; }

    /// <summary>Random instead of smooth: larger encoded than not.</summary>
    internal bool IsNoise { get; init; }

    internal byte[] Pixels()
    {
        var random = new Random(11);
        var count = Rows * Columns * Samples * Frames;
        if (Allocated == 1)
        {
            var bits = new byte[(count + 7) / 8];
            random.NextBytes(bits);
            bits[^1] &= (byte)(count % 8 == 0 ? 255 : (1 << (count % 8)) - 1);
            return bits;
        }

        var bytes = new byte[count * Allocated / 8];
        var half = 1L << (Stored - 1);
        for (var i = 0; i < count; i++)
        {
            var wave = (long)(half * 0.8 * Math.Sin(i / 29.0)) + random.Next(3);
            var value = Math.Clamp(Signed ? wave : wave + half, Signed ? -half : 0, Signed ? half - 1 : (2 * half) - 1);
            if (IsNoise)
            {
                value = random.NextInt64(2 * half);
            }

            if (UsesUnusedBits && i % 5 == 0)
            {
                value ^= 1L << (Allocated - 1);
            }

            BitConverter.GetBytes(value).AsSpan(0, Allocated / 8).CopyTo(bytes.AsSpan(i * Allocated / 8));
        }

        return bytes;
    }

    internal DicomFile ToFile()
    {
        var d = new DicomDataset();
        d.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, "1.2.840.10008.5.1.4.1.1.7");
        d.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, "2.25.42");
        d.AddOrUpdateUS(DicomTag.SamplesPerPixel, (ushort)Samples);
        d.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, Photometric);
        d.AddOrUpdate(DicomTag.NumberOfFrames, DicomVR.IS, Frames.ToString(CultureInfo.InvariantCulture));
        d.AddOrUpdateUS(DicomTag.Rows, (ushort)Rows);
        d.AddOrUpdateUS(DicomTag.Columns, (ushort)Columns);
        d.AddOrUpdateUS(DicomTag.BitsAllocated, (ushort)Allocated);
        d.AddOrUpdateUS(DicomTag.BitsStored, (ushort)Stored);
        d.AddOrUpdateUS(DicomTag.HighBit, (ushort)(Stored - 1));
        d.AddOrUpdateUS(DicomTag.PixelRepresentation, (ushort)(Signed ? 1 : 0));
        if (Samples > 1)
        {
            d.AddOrUpdateUS(DicomTag.PlanarConfiguration, 0);
        }

        var pixels = Pixels();
        Array.Resize(ref pixels, pixels.Length + (pixels.Length & 1));
        d.AddOrUpdate(new DicomElement(DicomTag.PixelData, Allocated > 8 ? DicomVR.OW : DicomVR.OB, pixels));
        return new DicomFile(DicomFileMeta.Create(d, DicomTransferSyntax.ExplicitVRLittleEndian), d);
    }
}
