using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Dicom.Tests.Network.Pdu;

namespace Defacer.Fuzz;

/// <summary>Inputs to begin with: small files of a folder, the frames in them, and PDUs of the tests.</summary>
internal static class Seeds
{
    private const int MaxBytes = 20_000;

    /// <summary>Target, name and bytes of each.</summary>
    internal static IEnumerable<(string Target, string Name, byte[] Bytes)> From(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.dcm", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '_');
            if (new FileInfo(path).Length <= MaxBytes)
            {
                yield return ("file", name, File.ReadAllBytes(path));
            }

            if (Frame(path) is { } frame)
            {
                yield return (frame.Target, name, frame.Bytes);
            }
        }

        yield return ("pdu", "associate-rq", PduBytes.AssociateRQ);
        yield return ("pdu", "associate-ac", PduBytes.AssociateAC);
        yield return ("pdu", "associate-rj", PduBytes.AssociateRJ);
        yield return ("pdu", "echo", PduBytes.EchoRequest);
        yield return ("pdu", "abort", PduBytes.Abort);

        // After the heads of PDU and PDV comes the command.
        yield return ("command", "echo", PduBytes.EchoRequest[12..]);
    }

    // The first frame, with the shape in front as FuzzTargets reads it.
    private static (string Target, byte[] Bytes)? Frame(string path)
    {
        try
        {
            var file = DicomFile.Open(path);
            var target = PixelCodecs.FindDecoder(file.TransferSyntax.UID) switch
            {
                RleLossless => "rle",
                JpegLossless => "jpeg-lossless",
                JpegDct => "jpeg",
                Jpeg2000 => "jpeg2000-header",
                _ => null,
            };
            if (target is null || !file.Dataset.TryGet(DicomTag.PixelData, out var item)
                || item is not DicomFragmentSequence { Fragments: [{ Length: <= MaxBytes } first, ..] }
                || PixelDescription.From(file.Dataset) is not { Rows: <= 1024, Columns: <= 1024 } description)
            {
                return null;
            }

            var bytes = first.Value.ToArray();
            if (target == "jpeg2000-header")
            {
                return (target, bytes);
            }

            var (rows, columns) = (description.Rows - 1, description.Columns - 1);
            var depth = description.BitsAllocated switch { 1 => 0, 8 => 1, 16 => 2, _ => 3 };
            return (target,
            [
                (byte)rows, (byte)(rows >> 8), (byte)columns, (byte)(columns >> 8), (byte)depth,
                (byte)(description.SamplesPerPixel == 3 ? 3 : 0), .. bytes,
            ]);
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }
}
