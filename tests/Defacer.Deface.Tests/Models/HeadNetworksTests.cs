using System.Security.Cryptography;
using Defacer.Deface.Methods;
using Defacer.Deface.Models;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Resample;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests.Models;

/// <summary>Whatever is wrong with weights or library is an error with a remedy; nothing is taken in its place.</summary>
public sealed class HeadNetworksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public HeadNetworksTests()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Samples", "networks")))
        {
            File.Copy(file, _folder[Path.GetFileName(file)]);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_FolderWithoutWeights_IsNull()
    {
        using var empty = new TemporaryFolder();
        Assert.Null(HeadNetworks.Load(empty.Path, new ComputeOptions()));
        Assert.Equal("depth-mask", DefaceMethods.Default(null));
        Assert.Contains("needs weights", Assert.Throws<ArgumentException>(() => DefaceMethods.Require("fused", null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GoodWeights_RunOnTheProcessorAndNameThemselves()
    {
        using var networks = HeadNetworks.Load(_folder.Path, new ComputeOptions(ComputeProvider.Cpu))!;
        Assert.Equal(ComputeProvider.Cpu, networks.Choice.Used);
        Assert.Null(networks.Choice.Reason);
        Assert.Contains("segmenter sample", networks.Identity, StringComparison.Ordinal);
        Assert.Equal("fused", DefaceMethods.Require(DefaceMethods.Auto, networks).Name);
        var (values, grid) = Ball();
        var finding = networks.Find(values, grid, "MR", TestContext.Current.CancellationToken);
        // Its presence is a sigmoid of the mean brightness of the cube, of which the ball is a thirty-sixth.
        Assert.InRange(finding.Presence, 0.05, 0.2);
        // 60 mm of radius are 905 ml; cells of 40 mm are rough.
        Assert.InRange(finding.GateMl[(int)HeadClass.Head], 500, 1500);
        Assert.Null(finding.Cells);
    }

    [Fact]
    public void Load_DeviceWithoutPack_FallsBackToTheProcessorAndSaysSo()
    {
        using var networks = HeadNetworks.Load(_folder.Path, new ComputeOptions(ComputeProvider.DirectML))!;
        Assert.Equal(ComputeProvider.Cpu, networks.Choice.Used);
        Assert.NotNull(networks.Choice.Reason);
        Assert.Contains("not on DirectML", networks.Choice.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gate.onnx")]
    [InlineData("segmenter.json")]
    public void Load_AFileIsMissing_IsRefused(string name)
    {
        File.Delete(_folder[name]);
        AssertRefused(name, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WeightsOfAnotherHash_AreRefused()
    {
        var bytes = File.ReadAllBytes(_folder["gate.onnx"]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder["gate.onnx"], bytes);
        AssertRefused("SHA-256", StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CorruptWeightsWithTheirHash_AreRefused()
    {
        var bytes = File.ReadAllBytes(_folder["gate.onnx"])[..200];
        File.WriteAllBytes(_folder["gate.onnx"], bytes);
        Rewrite("gate.json", text => System.Text.RegularExpressions.Regex.Replace(
            text, "[0-9a-f]{64}", Convert.ToHexStringLower(SHA256.HashData(bytes))));
        AssertRefused("cannot be run", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"right-ear\"", "\"nose\"")]
    [InlineData("\"percentile\"", "\"z-score\"")]
    [InlineData("\"gate\"", "\"other\"")]
    [InlineData("\"float32\"", "\"float16\"")]
    public void Load_ManifestAsksForSomethingElse_IsRefused(string from, string to)
    {
        Rewrite("gate.json", text => text.Replace(from, to, StringComparison.Ordinal));
        AssertRefused("nstall the models", StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LibraryMissingOrNone_IsRefused()
    {
        Assert.Contains("missing", Assert.Throws<ModelException>(() => OnnxRuntimeLibrary.Open(_folder["none.so"])).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be loaded", Assert.Throws<ModelException>(() => OnnxRuntimeLibrary.Open(_folder["gate.onnx"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_Cancelled_Stops()
    {
        using var networks = HeadNetworks.Load(_folder.Path, new ComputeOptions(ComputeProvider.Cpu))!;
        var (values, grid) = Ball();
        Assert.ThrowsAny<OperationCanceledException>(() => networks.Find(values, grid, "MR", new CancellationToken(canceled: true)));
    }

    private void AssertRefused(string part, StringComparison comparison) => Assert.Contains(
        part, Assert.Throws<ModelException>(() => HeadNetworks.Load(_folder.Path, new ComputeOptions(ComputeProvider.Cpu))).Message, comparison);

    private void Rewrite(string name, Func<string, string> change) => File.WriteAllText(_folder[name], change(File.ReadAllText(_folder[name])));

    private static (float[] Values, RegularGrid Grid) Ball()
    {
        var grid = new RegularGrid(80, 80, 80, 2, new Vector3(-80, -80, -80));
        var values = new float[grid.Shape.VoxelCount];
        for (var i = 0; i < values.Length; i++)
        {
            var (line, column) = Math.DivRem(i, 80);
            values[i] = grid.ToPatient(column, line % 80, line / 80).Length < 60 ? 100 : 1;
        }

        return (values, grid);
    }
}
