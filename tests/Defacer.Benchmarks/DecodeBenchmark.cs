using System.Diagnostics;
using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;

namespace Defacer.Benchmarks;

/// <summary>
/// Frames per second and core from 512 × 512 × 16 bit, ours and the peers' programs in turn on the same encoded frames.
/// A peer decodes a file of many frames, or many files, and its time for one frame is taken off: process start, and all
/// else that is done once. Their writing of the result stays in.
/// </summary>
internal static class DecodeBenchmark
{
    private const int Matrix = 512;
    private const int Frames = 40;

    private static readonly Entry[] s_entries =
    [
        new("RLE", DicomTransferSyntax.RLELossless, "dcmdrle"),
        new("JPEG lossless SV1", DicomTransferSyntax.JPEGLosslessSV1, "dcmdjpeg"),
        new("JPEG extended 12 bit", DicomTransferSyntax.JPEGExtended12Bit, "dcmdjpeg", "dcmcjpeg +ee"),
        new("JPEG-LS", DicomTransferSyntax.JPEGLSLossless, "dcmdjpls"),
        new("JPEG 2000", DicomTransferSyntax.JPEG2000Lossless, "opj_decompress"),
        new("HTJ2K", DicomTransferSyntax.HTJ2KLossless, "opj_decompress"),
    ];

    internal static async Task<int> RunAsync(int rounds, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("defacer-bench-").FullName;
        try
        {
            Console.WriteLine($"{Matrix} x {Matrix} x 16 bit, {Frames} frames, {rounds} rounds in turn, one core; frames/s, median [min..max]");
            foreach (var entry in s_entries)
            {
                await MeasureAsync(entry, folder, rounds, cancellationToken);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(Entry entry, string folder, int rounds, CancellationToken cancellationToken)
    {
        var many = await WriteAsync(entry, folder, Frames, cancellationToken);
        var one = await WriteAsync(entry, folder, 1, cancellationToken);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var mine = Decode(many, cancellationToken);
            var peer = await RunPeerAsync(entry, many, folder, cancellationToken)
                - await RunPeerAsync(entry, one, folder, cancellationToken);
            if (round >= 0)
            {
                ours.Add(Frames / mine.TotalSeconds);
                theirs.Add((Frames - 1) / peer.TotalSeconds);
            }
        }

        var ratios = ours.Zip(theirs, (o, t) => o / t).ToList();
        Console.WriteLine(
            $"{entry.Name,-21} ours {Show(ours, "0")}; {entry.Decoder} {Show(theirs, "0")}; ratio {Show(ratios, "0.00")}");
    }

    private static TimeSpan Decode(string path, CancellationToken cancellationToken)
    {
        var file = DicomFile.Open(path);
        var reader = new PixelDataReader(file.Dataset, file.TransferSyntax);
        var frame = new byte[reader.Description.FrameBytes];
        reader.ReadFrame(0, frame, cancellationToken);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < reader.Description.NumberOfFrames; i++)
        {
            reader.ReadFrame(i, frame, cancellationToken);
        }

        return watch.Elapsed;
    }

    private static async Task<TimeSpan> RunPeerAsync(
        Entry entry, string path, string folder, CancellationToken cancellationToken)
    {
        var output = Path.Combine(folder, "out.dcm");
        if (entry.Decoder != "opj_decompress")
        {
            return await RunAsync(entry.Decoder, [path, output], cancellationToken);
        }

        // One process a folder of codestreams.
        var streams = path + ".streams";
        return await RunAsync(
            entry.Decoder, ["-ImgDir", streams, "-OutFor", "RAWL", "-threads", "1"], cancellationToken);
    }

    private static async Task<string> WriteAsync(Entry entry, string folder, int frames, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $"{entry.Syntax.UID}-{frames}.dcm");
        var native = Head(frames);
        if (entry.Encoder is { } encoder)
        {
            native.Save(path + ".native");
            var command = encoder.Split(' ');
            await RunAsync(command[0], [.. command[1..], path + ".native", path], cancellationToken);
            return path;
        }

        var file = Transcoder.Transcode(native, entry.Syntax, cancellationToken);
        file.Save(path);
        var fragments = (DicomFragmentSequence)file.Dataset.First(i => i.Tag == DicomTag.PixelData);
        if (entry.Decoder == "opj_decompress")
        {
            Directory.CreateDirectory(path + ".streams");
            for (var i = 0; i < frames; i++)
            {
                var name = Path.Combine(path + ".streams", $"{i}.j2k");
                await File.WriteAllBytesAsync(name, fragments.Fragments[i].Value.ToArray(), cancellationToken);
            }
        }

        return path;
    }

    // Air, a skull and a brain with noise, as a CT has them: 12 of 16 bits.
    private static DicomFile Head(int frames)
    {
        var random = new Random(1);
        var pixels = new byte[Matrix * Matrix * 2 * frames];
        for (var i = 0; i < pixels.Length / 2; i++)
        {
            var (x, y) = ((i % Matrix) - 256, (i / Matrix % Matrix) - 256);
            var radius = Math.Sqrt((x * x) + (y * y * 0.7)) / 200;
            var tissue = radius > 1 ? 24 : radius > 0.92 ? 1900 : 1064 + (int)(12 * Math.Sin(x / 9.0) * Math.Cos(y / 11.0));
            BitConverter.TryWriteBytes(pixels.AsSpan(2 * i), (ushort)(tissue + random.Next(-8, 9)));
        }

        var d = new DicomDataset();
        d.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, "1.2.840.10008.5.1.4.1.1.7.3");
        d.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, "2.25.1");
        d.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        d.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
        d.AddOrUpdate(DicomTag.NumberOfFrames, DicomVR.IS, frames.ToString(CultureInfo.InvariantCulture));
        d.AddOrUpdateUS(DicomTag.Rows, Matrix);
        d.AddOrUpdateUS(DicomTag.Columns, Matrix);
        d.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        d.AddOrUpdateUS(DicomTag.BitsStored, 12);
        d.AddOrUpdateUS(DicomTag.HighBit, 11);
        d.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
        d.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, pixels));
        return new DicomFile(DicomFileMeta.Create(d, DicomTransferSyntax.ExplicitVRLittleEndian), d);
    }

    private static async Task<TimeSpan> RunAsync(
        string tool, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var process = System.Diagnostics.Process.Start(
            new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? watch.Elapsed
            : throw new InvalidOperationException($"{tool} ended with {process.ExitCode}: {await error}");
    }

    private static string Show(List<double> values, string format)
    {
        var sorted = values.Order().ToList();
        string Text(double v) => v.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(sorted[sorted.Count / 2])} [{Text(sorted[0])}..{Text(sorted[^1])}]";
    }

    private sealed record Entry(string Name, DicomTransferSyntax Syntax, string Decoder, string? Encoder = null);
}
