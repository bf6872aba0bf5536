using System.Runtime.InteropServices;
using Defacer.Deface.Models;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests.Models;

/// <summary>Which library is taken, and what a device must show before it is used.</summary>
public sealed class ProviderTests : IDisposable
{
    private const int Classes = 7, Cells = 10_000;
    private static readonly ComputeProvider s_device = OperatingSystem.IsWindows() ? ComputeProvider.DirectML : ComputeProvider.Cuda;
    private static readonly string s_pack = OperatingSystem.IsWindows() ? "directml" : "cuda";
    private static readonly string s_name = OperatingSystem.IsWindows() ? "onnxruntime.dll" : "libonnxruntime.so";
    private readonly TemporaryFolder _folder = new();

    private static string Installed => Path.Combine(AppContext.BaseDirectory, "onnxruntime", "cpu", s_name);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ComputeProvider.Auto)]
    [InlineData(ComputeProvider.Cuda)]
    [InlineData(ComputeProvider.DirectML)]
    public void Choose_PackIsThere_TakesItWhenItIsWanted(ComputeProvider wanted)
    {
        Install("cpu", Installed);
        Install(s_pack, Installed);
        var chosen = OnnxRuntimeLibrary.Choose(new ComputeOptions(wanted, 0, _folder.Path));
        var isWanted = wanted is ComputeProvider.Auto || wanted == s_device;
        Assert.Equal(isWanted ? s_device : ComputeProvider.Cpu, chosen.Provider);
        Assert.Equal(isWanted, chosen.Note is null);
        Assert.NotEqual(0, chosen.Handle);
    }

    [Fact]
    public void Choose_ProcessorWanted_LeavesThePackAlone()
    {
        Install("cpu", Installed);
        Install(s_pack, Installed);
        var chosen = OnnxRuntimeLibrary.Choose(new ComputeOptions(ComputeProvider.Cpu, 0, _folder.Path));
        Assert.Equal((ComputeProvider.Cpu, null), (chosen.Provider, chosen.Note));
    }

    [Fact]
    public void Choose_PackIsDamaged_TakesTheProcessorsAndSaysWhy()
    {
        Install("cpu", Installed);
        File.WriteAllText(_folder[Install(s_pack, null)], "no library");
        var chosen = OnnxRuntimeLibrary.Choose(new ComputeOptions(s_device, 0, _folder.Path));
        Assert.Equal(ComputeProvider.Cpu, chosen.Provider);
        Assert.Contains("cannot be loaded", chosen.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_PackIsAnotherLibrary_TakesTheProcessorsAndSaysWhy()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A small library that is always there is known for Linux.");
        Install("cpu", Installed);
        Install(s_pack, Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so"));
        var chosen = OnnxRuntimeLibrary.Choose(new ComputeOptions(s_device, 0, _folder.Path));
        Assert.Equal(ComputeProvider.Cpu, chosen.Provider);
        Assert.Contains("is a library, but not ONNX Runtime", chosen.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_NothingIsInstalled_IsRefused() => Assert.Contains(
        "missing",
        Assert.Throws<ModelException>(() => OnnxRuntimeLibrary.Choose(new ComputeOptions(ComputeProvider.Auto, 0, _folder.Path))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void WhyNot_RoundsDifferently_Agrees()
    {
        var (a, b) = (Probabilities(), Probabilities());
        for (var i = 0; i < b.Length; i++)
        {
            b[i] += i % 2 == 0 ? 0.004f : -0.004f;
        }

        Assert.Null(ProviderChoice.WhyNot(a, b));
    }

    [Fact]
    public void WhyNot_OneProbabilityIsFarOff_Disagrees()
    {
        var b = Probabilities();
        b[1234] += 0.03f;
        Assert.NotNull(ProviderChoice.WhyNot(Probabilities(), b));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void WhyNot_NoNumber_Disagrees(float value)
    {
        var b = Probabilities();
        b[^1] = value;
        Assert.NotNull(ProviderChoice.WhyNot(Probabilities(), b));
    }

    [Fact]
    public void WhyNot_OtherClassesWinByAHair_Disagrees()
    {
        var (a, b) = (Probabilities(), Probabilities());
        for (var cell = 0; cell < Cells / 100; cell++)
        {
            (a[cell], a[Cells + cell]) = (0.501f, 0.499f);
            (b[cell], b[Cells + cell]) = (0.499f, 0.501f);
        }

        Assert.NotNull(ProviderChoice.WhyNot(a, b));
    }

    // The first class wins everywhere.
    private static float[] Probabilities() => [.. Enumerable.Range(0, Classes * Cells).Select(i => i < Cells ? 0.7f : 0.05f)];

    private string Install(string pack, string? library)
    {
        Directory.CreateDirectory(_folder[pack]);
        var path = Path.Combine(pack, s_name);
        if (library is not null)
        {
            File.Copy(library, _folder[path]);
        }

        return path;
    }
}
