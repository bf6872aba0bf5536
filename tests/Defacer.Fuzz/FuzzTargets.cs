using System.Buffers.Binary;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Pixels;

namespace Defacer.Fuzz;

/// <summary>
/// What takes untrusted bytes, each as a function that ends, with a result or with the exception that its kind of input
/// may cause. Any other exception is a fault.
/// </summary>
internal static class FuzzTargets
{
    // Large enough for every path, small enough to run thousands of times a second.
    private const int MaxBytes = 1 << 20;

    internal static IReadOnlyDictionary<string, Action<byte[]>> All { get; } =
        new Dictionary<string, Action<byte[]>>(StringComparer.Ordinal)
        {
            ["rle"] = bytes => Decode(bytes, new RleLossless()),
            ["jpeg-lossless"] = bytes => Decode(bytes, new JpegLossless()),
            ["jpeg"] = bytes => Decode(bytes, new JpegDct()),
            ["jpeg2000-header"] = ReadCodestream,
            ["file"] = ReadFile,
            ["pdu"] = ReadPdu,
            ["command"] = ReadCommand,
        };

    // The first bytes give the shape, so that the coded bytes can agree or disagree with it.
    private static void Decode(byte[] bytes, IFrameDecoder decoder)
    {
        if (bytes.Length < 6)
        {
            return;
        }

        int[] depths = [1, 8, 16, 32];
        var allocated = depths[bytes[4] & 3];
        var description = new PixelDescription
        {
            Rows = 1 + (BinaryPrimitives.ReadUInt16LittleEndian(bytes) & 0x3FF),
            Columns = 1 + (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2)) & 0x3FF),
            BitsAllocated = allocated,
            BitsStored = allocated,
            HighBit = allocated - 1,
            // Colour of one bit is refused before a decoder sees it.
            SamplesPerPixel = (bytes[5] & 3) == 3 && allocated > 1 ? 3 : 1,
            PhotometricInterpretation = string.Empty,
        };
        var encoded = bytes.AsSpan(6);
        if (description.FrameBytes > MaxBytes || encoded.Length < decoder.MinimumEncodedBytes(description))
        {
            return;
        }

        try
        {
            decoder.Decode(encoded, description, new byte[description.FrameBytes], CancellationToken.None);
        }
        catch (DicomFormatException)
        {
            // Malformed, and said so.
        }
    }

    private static void ReadCodestream(byte[] bytes)
    {
        try
        {
            Jpeg2000Codestream.Read(bytes);
        }
        catch (DicomFormatException)
        {
            // Malformed, and said so.
        }
    }

    // The law of the parser: what reads can be written; what was regular reads again as the same number of elements.
    private static void ReadFile(byte[] bytes)
    {
        var options = new DicomReadOptions { MaxMemoryBytes = 16 * MaxBytes, MaxInflatedBytes = 16 * MaxBytes, MaxItems = 100_000 };
        DicomFile file;
        try
        {
            file = DicomFile.Open(new MemoryStream(bytes, writable: false), options);
        }
        catch (DicomFormatException)
        {
            return;
        }

        using var written = new MemoryStream();
        file.Save(written);
        if (file.Remarks.Count > 0)
        {
            return;
        }

        written.Position = 0;
        var again = DicomFile.Open(written, options);
        if (again.Dataset.Count != file.Dataset.Count)
        {
            throw new InvalidOperationException($"{file.Dataset.Count} elements were written, {again.Dataset.Count} read.");
        }
    }

    private static void ReadPdu(byte[] bytes)
    {
        try
        {
            if (!PduHeader.TryRead(bytes, new Limits(), out var header))
            {
                return;
            }

            ReadOnlyMemory<byte> body = bytes.AsMemory(Math.Min(bytes.Length, PduHeader.Size));
            switch (header.Type)
            {
                case PduType.AssociateRQ:
                    AAssociateRQ.Read(body.Span);
                    break;
                case PduType.AssociateAC:
                    AAssociateAC.Read(body.Span);
                    break;
                case PduType.AssociateRJ:
                    AAssociateRJ.Read(body.Span);
                    break;
                case PduType.Abort:
                    _ = AAbort.Read(body.Span);
                    break;
                default:
                    while (!body.IsEmpty)
                    {
                        PDataTF.Take(ref body);
                    }

                    break;
            }
        }
        catch (AssociationException)
        {
            // Malformed, and said so: the association ends.
        }
    }

    private static void ReadCommand(byte[] bytes)
    {
        try
        {
            CommandSet.Read(bytes);
        }
        catch (Exception e) when (e is AssociationException or DimseException or DicomFormatException)
        {
            // Malformed, and said so.
        }
    }
}
