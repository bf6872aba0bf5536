using System.Security.Cryptography;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>Every fixture in a decodable syntax gives the pixels on which other decoders agree.</summary>
public sealed class FixtureDecodingTests
{
    // What we refuse on purpose, with the reason.
    private static readonly Dictionary<string, string> s_refused = new(StringComparer.Ordinal)
    {
        ["odd/MR_truncated.dcm"] = "the value is shorter than the image",
        ["odd/badVR.dcm"] = "Number of Frames is '1A'",
        ["objects/op/sample-op.dcm"] = "baseline JPEG under the UID of the lossless process",
    };

    [Theory]
    [InlineData("1.2.840.10008.1.2", 14)]
    [InlineData("1.2.840.10008.1.2.1", 60)]
    [InlineData("1.2.840.10008.1.2.2", 13)]
    [InlineData("1.2.840.10008.1.2.1.99", 2)]
    [InlineData("1.2.840.10008.1.2.5", 15)]
    [InlineData("1.2.840.10008.1.2.4.57", 2)]
    [InlineData("1.2.840.10008.1.2.4.70", 15)]
    public void ReadFrame_Fixture_GivesTheAgreedPixels(string syntax, int atLeast)
    {
        var different = new List<string>();
        var compared = 0;
        foreach (var expected in ExpectedPixels.ReadAll().Where(e => e.TransferSyntax == syntax && e.Sha256.Length > 0))
        {
            if (s_refused.ContainsKey(expected.Path))
            {
                continue;
            }

            compared++;
            var actual = Hash(expected.Path);
            if (actual != expected.Sha256)
            {
                different.Add($"{expected.Path}: {actual}");
            }
        }

        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.True(compared >= atLeast, $"Only {compared} files were compared.");
    }

    [Fact]
    public void Description_FixtureThatContradictsItself_IsRefused()
    {
        foreach (var path in s_refused.Keys)
        {
            Assert.Throws<DicomFormatException>(() => Decode(SharedData.Require("fixtures", path)));
        }
    }

    private static string Hash(string path)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(Decode(SharedData.Require("fixtures", path))));
        }
        catch (DicomFormatException e)
        {
            return e.Message;
        }
    }

    // The native element built from the frames, so that reading and building are both compared.
    private static ReadOnlySpan<byte> Decode(string path)
    {
        var file = DicomFile.Open(path);
        var reader = new PixelDataReader(file.Dataset, file.TransferSyntax);
        var description = reader.Description;
        var frames = new byte[description.FrameBytes * description.NumberOfFrames];
        for (var frame = 0; frame < description.NumberOfFrames; frame++)
        {
            var at = (int)(frame * description.FrameBytes);
            reader.ReadFrame(frame, frames.AsSpan(at, (int)description.FrameBytes), CancellationToken.None);
        }

        var element = NativePixelData.Build(description, frames, DicomTransferSyntax.ExplicitVRLittleEndian);
        Assert.Equal(0, element.Length % 2);
        return element.Value.Span[..(int)description.NativeBytes];
    }
}
