using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Volumes;
using Defacer.Testing;
using Xunit;

namespace Defacer.Imaging.Tests.Volumes;

/// <summary>
/// Whatever can be read as a data set forms volumes or is named by a problem; loading gives voxels or a format
/// error.
/// </summary>
public sealed class MalformedSeriesTests
{
    [Theory]
    [InlineData("hostile", 0)]
    [InlineData("odd", 1)]
    [InlineData("objects", 1)]
    [InlineData("private", 1)]
    public void BuildAndLoad_AnyFixture_AccountsForEveryInstance(string folder, int leastStacks)
    {
        var (stacks, problems) = (0, 0);
        foreach (var path in Directory.EnumerateFiles(
            SharedData.Require("fixtures", folder), "*.dcm", SearchOption.AllDirectories))
        {
            if (TryOpen(path) is not { } file)
            {
                continue;
            }

            var volumes = SeriesVolumes.Build([file]);
            Assert.True(volumes.Stacks.Count + volumes.Problems.Count > 0, path);
            stacks += volumes.Stacks.Count;
            problems += volumes.Problems.Count;
            foreach (var stack in volumes.Stacks.Take(20))
            {
                Load(stack, file);
            }
        }

        Assert.True(stacks >= leastStacks && problems > 0, $"{stacks} stacks, {problems} problems");
    }

    private static void Load(SeriesStack stack, DicomFile file)
    {
        try
        {
            VolumeLoader.Load(stack, [file], CancellationToken.None);
        }
        catch (DicomFormatException)
        {
            // Coded data may be found malformed only when they are decoded.
        }
    }

    private static DicomFile? TryOpen(string path)
    {
        try
        {
            return DicomFile.Open(path);
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }
}
