using System.Diagnostics;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Pixels;

/// <summary>
/// What <c>defacer transcode</c> writes is read by other people's decoders, pixel for pixel; what <c>defacer dump</c>
/// prints, by a JSON parser.
/// </summary>
public sealed class EncoderTests
{
    private const string Source = "syntax/native";

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var file in (string[])["MR_small_implicit.dcm", "SC_rgb.dcm", "TestPattern_Palette.dcm"])
            {
                data.Add(file, "RLELossless", "dcmdrle");
                data.Add(file, "JPEGLosslessSV1", "dcmdjpeg +cn");
                data.Add(file, "JPEGLSLossless", "dcmdjpls");
                data.Add(file, "JPEG2000Lossless", "gdcmconv --raw");
                data.Add(file, "HTJ2KLossless", "opj_decompress");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Transcode_ReadByAnotherDecoder_HasThePixelsOfItsSource(string name, string syntax, string decoder)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var source = Find(name);
        var encoded = folder["encoded.dcm"];
        Assert.Equal(0, await DefacerAsync(token, "transcode", source, encoded, "--syntax", syntax));

        byte[] decoded;
        if (decoder == "opj_decompress")
        {
            decoded = await DecompressAsync(encoded, folder, token);
        }
        else
        {
            var command = decoder.Split(' ');
            var outcome = await Dcmtk.RunAsync(command[0], [.. command[1..], encoded, folder["native.dcm"]], token);
            Assert.True(outcome.ExitCode == 0, outcome.Output);
            decoded = Pixels(folder["native.dcm"]);
        }

        var expected = Pixels(source);
        Assert.Equal(expected, decoded[..expected.Length]);
    }

    [Fact]
    public async Task Transcode_EveryLosslessFixtureToAnUnknownSyntax_IsAUsageError()
    {
        using var folder = new TemporaryFolder();

        Assert.Equal(2, await DefacerAsync(
            TestContext.Current.CancellationToken, "transcode", Find("SC_rgb.dcm"), folder["x.dcm"], "--syntax", "1.2.840.10008.1.2.4.50"));
    }

    // The bare codestream, as raw samples: OpenJPEG writes grey of 16 bits big endian.
    private static async Task<byte[]> DecompressAsync(string encoded, TemporaryFolder folder, CancellationToken token)
    {
        var file = DicomFile.Open(encoded);
        var fragments = (DicomFragmentSequence)file.Dataset.First(i => i.Tag == DicomTag.PixelData);
        await File.WriteAllBytesAsync(folder["frame.j2k"], fragments.Fragments[0].Value.ToArray(), token);
        var outcome = await Dcmtk.RunAsync(
            "opj_decompress", ["-i", folder["frame.j2k"], "-o", folder["frame.rawl"]], token);
        Assert.True(outcome.ExitCode == 0, outcome.Output);
        var raw = await File.ReadAllBytesAsync(folder["frame.rawl"], token);
        if (file.Dataset.GetInt(DicomTag.SamplesPerPixel) != 3)
        {
            return raw;
        }

        var plane = raw.Length / 3;
        return [.. Enumerable.Range(0, raw.Length).Select(i => raw[((i % 3) * plane) + (i / 3)])];
    }

    private static byte[] Pixels(string path)
    {
        var file = DicomFile.Open(path);
        var value = file.Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray();
        if (file.Dataset.GetInt(DicomTag.PlanarConfiguration) is not 1)
        {
            return value;
        }

        var plane = value.Length / 3;
        return [.. Enumerable.Range(0, plane * 3).Select(i => value[((i % 3) * plane) + (i / 3)])];
    }

    private static string Find(string name)
    {
        var path = SharedData.Require("fixtures", Source, name);
        Assert.True(File.Exists(path), path);
        return path;
    }

    private static async Task<int> DefacerAsync(CancellationToken token, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(
            new ProcessStartInfo("dotnet", ["exec", NodeProcess.ProgramPath, .. arguments])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
        var output = process.StandardOutput.ReadToEndAsync(token);
        var error = process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        TestContext.Current.SendDiagnosticMessage(await output + await error);
        return process.ExitCode;
    }
}
