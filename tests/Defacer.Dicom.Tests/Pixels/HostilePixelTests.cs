using System.Diagnostics;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>
/// Malformed pixel data give a result or a <see cref="DicomFormatException"/>, in bounded time and memory.
/// </summary>
public sealed class HostilePixelTests
{
    [Theory]
    [InlineData("hostile")]
    [InlineData("odd")]
    public void ReadFrame_MalformedFile_GivesResultOrFormatError(string folder)
    {
        var files = Directory.GetFiles(SharedData.Require("fixtures", folder), "*.dcm", SearchOption.AllDirectories);
        var (decoded, refused, unopened) = (0, 0, 0);
        foreach (var path in files)
        {
            var watch = Stopwatch.StartNew();
            var before = GC.GetAllocatedBytesForCurrentThread();
            switch (Outcome(path))
            {
                case true: decoded++; break;
                case false: refused++; break;
                default: unopened++; break;
            }

            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{path} took {watch.Elapsed}.");
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 2L << 30, $"{path} allocated {allocated} bytes.");
        }

        Assert.True(decoded + refused > 0, $"{unopened} files could not be read at all.");
    }

    [Theory]
    [InlineData("cat04_pixel_data/TC0285_buf_half.dcm")]
    [InlineData("cat04_pixel_data/TC0297_cols_zero.dcm")]
    [InlineData("cat04_pixel_data/TC0301_bits_highbit_eq_ba.dcm")]
    [InlineData("cat04_pixel_data/TC0313_bits_ba_24.dcm")]
    [InlineData("cat04_pixel_data/TC0337_mf_nf_zero.dcm")]
    [InlineData("cat15_cve_2019_1010228/TC0847_rle_seg_offset_oob.dcm")]
    [InlineData("cat15_cve_2019_1010228/TC0849_rle_15seg_all_zero.dcm")]
    [InlineData("cat15_cve_2019_1010228/TC0851_rle_seg_expand_bomb.dcm")]
    [InlineData("cat15_cve_2019_1010228/TC0855_rle_zero_segments.dcm")]
    [InlineData("cat15_cve_2019_1010228/TC0857_rle_maxuint_segments.dcm")]
    [InlineData("cat18_cve_dcmtk_minmax_voi/TC0917_minmax_bs0.dcm")]
    [InlineData("cat18_cve_dcmtk_minmax_voi/TC0921_minmax_hb0_bs16.dcm")]
    [InlineData("cat18_cve_dcmtk_minmax_voi/TC0925_minmax_ba8_bs16.dcm")]
    [InlineData("generated/px_65535x65535_4bytes.dcm")]
    [InlineData("generated/px_frames_2147483647.dcm")]
    [InlineData("generated/px_frames_negative.dcm")]
    [InlineData("generated/px_zero_rows.dcm")]
    [InlineData("generated/rle_literal_overrun.dcm")]
    [InlineData("generated/rle_offset_back.dcm")]
    [InlineData("generated/rle_overrun.dcm")]
    [InlineData("generated/rle_segments_4294967295.dcm")]
    [InlineData("generated/rle_short.dcm")]
    public void ReadFrame_ContradictoryFile_IsRefused(string path)
    {
        Assert.Equal(false, Outcome(SharedData.Require("fixtures", "hostile", path)));
    }

    // True: decoded; false: pixel data refused; null: no data set, or one without pixel data.
    private static bool? Outcome(string path)
    {
        DicomFile file;
        try
        {
            file = DicomFile.Open(path);
        }
        catch (DicomFormatException)
        {
            return null;
        }

        if (!file.Dataset.Contains(DicomTag.PixelData))
        {
            return null;
        }

        try
        {
            var reader = new PixelDataReader(file.Dataset, file.TransferSyntax);
            var frame = new byte[reader.Description.FrameBytes];
            for (var i = 0; i < reader.Description.NumberOfFrames; i++)
            {
                reader.ReadFrame(i, frame, CancellationToken.None);
            }

            return true;
        }
        catch (DicomFormatException)
        {
            return false;
        }
    }
}
