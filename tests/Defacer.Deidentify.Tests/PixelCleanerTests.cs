using Defacer.Deidentify.Pixels.BurntIn;
using Defacer.Deidentify.Profiles;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Imaging;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

public sealed class PixelCleanerTests
{
    private const string Ultrasound = "1.2.840.10008.5.1.4.1.1.6.1";
    private static readonly Profile s_profile = Setup.ParseProfile("""{ "options": [ "clean-pixel-data" ] }""");

    // 5 by 7 dots of J O H N.
    private static readonly string[][] s_letters =
    [
        ["..###", "...#.", "...#.", "...#.", "...#.", "#..#.", ".##.."],
        [".###.", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."],
        ["#...#", "#...#", "#...#", "#####", "#...#", "#...#", "#...#"],
        ["#...#", "##..#", "#.#.#", "#..##", "#...#", "#...#", "#...#"],
    ];

    [Fact]
    public void Load_Rules_AreThoseThatCanBeJudged()
    {
        Assert.InRange(Setup.Tables.DeviceRules.Count, 150, 199);
    }

    [Fact]
    public void Apply_UltrasoundWithRegions_IsBlankOutsideThem()
    {
        var file = Image(Ultrasound, 320, 240);
        Draw(file, 8, 8, 2);
        file.Dataset.AddOrUpdate(new DicomSequence(DicomTag.SequenceOfUltrasoundRegions, Region(40, 60, 279, 199)));
        var output = Apply(file).Output!.Dataset;
        var pixels = output.GetElement(DicomTag.PixelData)!.Value.Span;

        Assert.Equal(0, pixels[(20 * 320) + 20]);
        Assert.Equal(0, pixels[(59 * 320) + 100]);
        Assert.Equal(Tone(100, 60), pixels[(60 * 320) + 100]);
        Assert.Equal(Tone(279, 199), pixels[(199 * 320) + 279]);
        Assert.Equal("NO", output.GetString(DicomTag.BurnedInAnnotation));
        Assert.Equal("DERIVED", output.GetString(DicomTag.ImageType));
        Assert.Contains(output.GetItems(DicomTag.DeidentificationMethodCodeSequence),
            i => i.GetString(DicomTag.CodeValue) == "113101");
    }

    [Fact]
    public void Apply_DeviceThatARuleKnows_IsBlankedAsItSays()
    {
        var file = Image(Ultrasound, 1024, 768);
        file.Dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "US");
        file.Dataset.AddOrUpdate(DicomTag.Manufacturer, DicomVR.LO, "Philips Medical Systems");
        file.Dataset.AddOrUpdate(DicomTag.ManufacturerModelName, DicomVR.LO, "Affiniti 70G");
        Draw(file, 8, 2, 2);
        var pixels = Apply(file).Output!.Dataset.GetElement(DicomTag.PixelData)!.Value.Span;

        Assert.True(pixels[..(22 * 1024)].IndexOfAnyExcept((byte)0) < 0);
        Assert.Equal(Tone(500, 400), pixels[(400 * 1024) + 500]);
    }

    [Theory]
    [InlineData("LOCALIZER", "Scout", true)]
    [InlineData("AXIAL", "Localizers", true)]
    [InlineData("AXIAL", "Head", false)]
    public void Apply_DeviceWithOneOfTheAlternativesOfARule_IsBlankedAsItSays(string imageType, string series, bool blank)
    {
        // "ImageType contains LOCAL or SeriesDescription contains Localizer": 80 by 85 pixels of this scanner.
        var file = Image("1.2.840.10008.5.1.4.1.1.2", 512, 512);
        file.Dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "CT");
        file.Dataset.AddOrUpdate(DicomTag.Manufacturer, DicomVR.LO, "SIEMENS");
        file.Dataset.AddOrUpdate(DicomTag.ManufacturerModelName, DicomVR.LO, "SOMATOM Definition AS+");
        file.Dataset.AddOrUpdate(DicomTag.ImageType, DicomVR.CS, "ORIGINAL", "PRIMARY", imageType);
        file.Dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, series);
        var pixels = Apply(file).Output!.Dataset.GetElement(DicomTag.PixelData)!.Value.Span;

        Assert.Equal(blank ? (byte)0 : Tone(70, 80), pixels[(80 * 512) + 70]);
        Assert.Equal(Tone(90, 90), pixels[(90 * 512) + 90]);
    }

    [Fact]
    public void Apply_OverlayInAPlaneOfItsOwn_TakesNothingFromThePixels()
    {
        var input = DicomFile.Open(Path.Combine(SharedData.Require("fixtures"), "private", "examples_overlay.dcm"));
        var before = input.Dataset.GetElement(DicomTag.PixelData)!.Value;
        var output = Setup.Apply(input, Setup.Research).Output!.Dataset;

        Assert.True(before.Span.SequenceEqual(output.GetElement(DicomTag.PixelData)!.Value.Span));
        Assert.DoesNotContain(output, i => i.Tag.Group == 0x6000);
    }

    [Fact]
    public void Apply_OverlayWithoutItsPlane_IsBlankedAsItsRuleSays()
    {
        var file = Image("1.2.840.10008.5.1.4.1.1.4", 512, 512);
        file.Dataset.AddOrUpdate(
            DicomElement.FromText(new DicomTag(0x6000, 0x0022), DicomVR.LO, "Siemens MedCom Object Graphics"));
        var pixels = Apply(file).Output!.Dataset.GetElement(DicomTag.PixelData)!.Value.Span;

        Assert.Equal(0, pixels[(50 * 512) + 400]);
        Assert.Equal(Tone(400, 100), pixels[(100 * 512) + 400]);
    }

    [Fact]
    public void Apply_OverlayInAPlaneOfItsOwnAndTextInThePixels_IsParked()
    {
        var file = Image("1.2.840.10008.5.1.4.1.1.4", 512, 512);
        Draw(file, 8, 8, 2);
        file.Dataset.AddOrUpdate(
            DicomElement.FromText(new DicomTag(0x6000, 0x0022), DicomVR.LO, "Siemens MedCom Object Graphics"));
        file.Dataset.AddOrUpdate(new DicomElement(new DicomTag(0x6000, 0x3000), DicomVR.OW, new byte[512 * 512 / 8]));

        Assert.Equal(ParkCause.Deidentification, Apply(file).Parked!.Cause);
    }

    [Theory]
    [InlineData(Ultrasound, null)]
    [InlineData("1.2.840.10008.5.1.4.1.1.7", null)]
    [InlineData("1.2.840.10008.5.1.4.1.1.77.1.4", null)]
    [InlineData("1.2.840.10008.5.1.4.1.1.2", "YES")]
    public void Apply_ImageThatMayShowTextAndNoRuleKnows_IsParked(string sopClass, string? burntIn)
    {
        var file = Image(sopClass, 320, 240);
        if (burntIn is not null)
        {
            file.Dataset.AddOrUpdate(DicomTag.BurnedInAnnotation, DicomVR.CS, burntIn);
        }

        Assert.Equal(ParkCause.Deidentification, Apply(file).Parked!.Cause);
    }

    [Fact]
    public void Apply_TextThatTheRegionsLeave_IsParked()
    {
        var file = Image(Ultrasound, 320, 240);
        Draw(file, 8, 8, 2);
        file.Dataset.AddOrUpdate(new DicomSequence(DicomTag.SequenceOfUltrasoundRegions, Region(0, 0, 319, 199)));

        Assert.Contains("looks like text", Apply(file).Parked!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Apply_CaptureThatSaysItHasNoText_IsBelievedOnlyWhenItShowsNone(bool hasText)
    {
        var file = Image("1.2.840.10008.5.1.4.1.1.7", 320, 240);
        file.Dataset.AddOrUpdate(DicomTag.BurnedInAnnotation, DicomVR.CS, "NO");
        if (hasText)
        {
            Draw(file, 8, 8, 2);
        }

        Assert.Equal(hasText, Apply(file).Parked is not null);
    }

    [Fact]
    public void Apply_ScannerImage_IsNotTouchedAndNothingIsClaimed()
    {
        var output = Apply(Image("1.2.840.10008.5.1.4.1.1.2", 320, 240)).Output!.Dataset;

        Assert.False(output.Contains(DicomTag.BurnedInAnnotation));
        Assert.DoesNotContain(output.GetItems(DicomTag.DeidentificationMethodCodeSequence),
            i => i.GetString(DicomTag.CodeValue) == "113101");
    }

    [Theory]
    [InlineData(1, 4, 4, true)]
    [InlineData(2, 4, 4, true)]
    [InlineData(2, 200, 220, true)]
    [InlineData(2, 72, 110, false)]
    public void FindsText_LettersAtTheBorder_AreSeenThereOnly(int scale, int x, int y, bool expected)
    {
        var file = Image(Ultrasound, 320, 240);
        Draw(file, x, y, scale);

        Assert.Equal(expected, Finds(file));
    }

    [Fact]
    public void FindsText_NoiseAndGradients_AreNone()
    {
        var file = Image(Ultrasound, 320, 240);
        Assert.False(Finds(file));
        var pixels = file.Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray();
        var state = 1u;
        for (var i = 0; i < pixels.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            pixels[i] = (byte)(state >> 24);
        }

        file.Dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OB, pixels));
        Assert.False(Finds(file));
    }

    [Theory]
    [InlineData("ct-head-neck-full-face")]
    [InlineData("mr-t1-sag-adult-hfs")]
    public void FindsText_RealHead_IsNone(string series)
    {
        foreach (var path in Directory.EnumerateFiles(Archive.Unpack("dicom", series + ".tar.xz"), "*",
            SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(20))
        {
            Assert.False(Finds(DicomFile.Open(path)), path);
        }
    }

    private static bool Finds(DicomFile file)
    {
        var reader = new PixelDataReader(file.Dataset, file.TransferSyntax);
        var frame = new byte[reader.Description.FrameBytes];
        reader.ReadFrame(0, frame, TestContext.Current.CancellationToken);
        return TextDetector.FindsText(frame, reader.Description);
    }

    private static DeidentifyResult Apply(DicomFile file) => Setup.Apply(file, s_profile);

    private static byte Tone(int x, int y) => (byte)(40 + (((x / 3) + (y / 5)) % 60));

    private static DicomDataset Region(uint x0, uint y0, uint x1, uint y1)
    {
        var region = new DicomDataset();
        region.AddOrUpdateUL(DicomTag.RegionLocationMinX0, x0);
        region.AddOrUpdateUL(DicomTag.RegionLocationMinY0, y0);
        region.AddOrUpdateUL(DicomTag.RegionLocationMaxX1, x1);
        region.AddOrUpdateUL(DicomTag.RegionLocationMaxY1, y1);
        return region;
    }

    private static DicomFile Image(string sopClass, ushort columns, ushort rows)
    {
        var file = Setup.Image(sopClass);
        var d = file.Dataset;
        d.AddOrUpdate(DicomTag.ImageType, DicomVR.CS, "ORIGINAL", "PRIMARY");
        d.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        d.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
        d.AddOrUpdateUS(DicomTag.Rows, rows);
        d.AddOrUpdateUS(DicomTag.Columns, columns);
        d.AddOrUpdateUS(DicomTag.BitsAllocated, 8);
        d.AddOrUpdateUS(DicomTag.BitsStored, 8);
        d.AddOrUpdateUS(DicomTag.HighBit, 7);
        d.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
        var pixels = new byte[rows * columns];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = Tone(i % columns, i / columns);
        }

        d.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OB, pixels));
        return file;
    }

    private static void Draw(DicomFile file, int x, int y, int scale)
    {
        var columns = file.Dataset.GetInt(DicomTag.Columns)!.Value;
        var pixels = file.Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray();
        for (var row = 0; row < 9 * scale; row++)
        {
            pixels.AsSpan(((y + row - scale) * columns) + x, 14 * 6 * scale).Clear();
        }

        for (var letter = 0; letter < 14; letter++)
        {
            var dots = s_letters[letter % s_letters.Length];
            for (var row = 0; row < 7 * scale; row++)
            {
                for (var column = 0; column < 5 * scale; column++)
                {
                    if (dots[row / scale][column / scale] == '#')
                    {
                        pixels[((y + row) * columns) + x + (letter * 6 * scale) + column] = 255;
                    }
                }
            }
        }

        file.Dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OB, pixels));
    }
}
