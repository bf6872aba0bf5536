using System.Diagnostics;
using System.Text.Json.Nodes;
using Defacer.Interop.Node;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Windows;

/// <summary>The Windows build under Wine: paths, locks, flushes, sockets and SQLite as Windows has them.</summary>
public sealed class WineTests(WindowsBuild build) : IClassFixture<WindowsBuild>
{
    [Fact]
    public async Task Demo_WindowsBuild_EndsWithPicturesAndInstances()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var outcome = await build.RunAsync(["demo", "--out", WindowsBuild.ToWindowsPath(folder["demo"])], TimeSpan.FromMinutes(5), token);

        Assert.True(outcome.ExitCode == 0, outcome.Output);
        Assert.NotEmpty(Directory.GetFiles(folder["demo"], "*.dcm", SearchOption.AllDirectories));
        Assert.NotEmpty(Directory.GetFiles(folder["demo"], "*.png", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Deface_WindowsBuild_MakesTheMaskThatItMakesHere()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        HeadStudy.Write(folder["phantom"], 60);
        var there = await build.RunAsync(
            Deface(WindowsBuild.ToWindowsPath, folder, "there", "--provider", "DirectML"), TimeSpan.FromMinutes(5), token);
        var here = await WindowsBuild.RunToEndAsync(
            new ProcessStartInfo("dotnet", ["exec", NodeProcess.ProgramPath, .. Deface(path => path, folder, "here", "--provider", "Cpu")]),
            TimeSpan.FromMinutes(2),
            token);

        Assert.True(there.ExitCode == 0, there.Output);
        Assert.True(here.ExitCode == 0, here.Output);
        var (mask, expected) = (await File.ReadAllBytesAsync(folder["there.nii"], token), await File.ReadAllBytesAsync(folder["here.nii"], token));
        Assert.Contains((byte)1, expected[352..]);
        Assert.True(mask.SequenceEqual(expected), "The masks differ.");
        // The networks had a part in it, and both times the same.
        Assert.Equal(1, NetworkFigures(folder["here.json"])["network-used"]);
        Assert.Equal(NetworkFigures(folder["here.json"]), NetworkFigures(folder["there.json"]));
        Assert.Single(there.Output.Split('\n'), line => line.Contains("Networks run on Cpu, not on DirectML", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Deface(Func<string, string> path, TemporaryFolder folder, string name, params string[] more) =>
    [
        "deface", path(folder["phantom"]), path(folder[name]), "--method", "fused", "--mask", path(folder[name + ".nii"]),
        "--report", path(folder[name + ".json"]), .. more,
    ];

    private static Dictionary<string, double> NetworkFigures(string report) =>
        JsonNode.Parse(File.ReadAllText(report))!["series"]![0]!["head"]!["figures"]!.AsArray()
            .Where(f => ((string)f!["name"]!).Contains("network", StringComparison.Ordinal))
            .ToDictionary(f => (string)f!["name"]!, f => Math.Round((double)f!["value"]!, 4));

    [Fact]
    public async Task Serve_WindowsBuild_ReceivesAndForwards()
    {
        const int Instances = 40;
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await using var destination = StorescpPeer.Start(port, folder["received"]);
        await using var node = await NodeProcess.StartAsync(
            folder["node"],
            new NodeSettings { Destinations = [("research-pacs", "STORESCP", port)], Change = WantDirectML },
            token,
            build.Command("serve"));
        var files = HeadStudy.Write(folder["phantom"], Instances);

        var sent = await Dcmtk.StoreAsync(node.Port, files, token);

        Assert.Equal(Instances, sent.StoreSuccesses);
        await destination.WaitForFilesAsync(Instances, TimeSpan.FromMinutes(4), node.ReadLog, token);
        var report = await node.WaitForOutcomeAsync(TimeSpan.FromMinutes(1), token);
        Assert.Equal("done", (string?)report["state"]);
        // No card here: the processor does it, one line says so, and the metric.
        Assert.Single(node.ReadLog().Split('\n'), line => line.Contains("Networks run on Cpu, not on DirectML", StringComparison.Ordinal));
        var metric = (await node.GetAsync("/metrics", token)).Split('\n').Single(l => l.StartsWith("defacer_deface_provider{", StringComparison.Ordinal));
        Assert.Contains("used=\"Cpu\"", metric, StringComparison.Ordinal);
        Assert.Contains("wanted=\"DirectML\"", metric, StringComparison.Ordinal);
    }

    private static void WantDirectML(JsonObject settings)
    {
        settings["Deface"] = new JsonObject { ["Provider"] = "directml" };
        settings["Routes"]![0]!["Method"] = "fused";
    }
}

/// <summary>Publishes the Windows build once and prepares a Wine of its own.</summary>
public sealed class WindowsBuild : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    private string Program => Path.Combine(_folder["win-x64"], "defacer.exe");

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/wine"))
        {
            return;
        }

        var publish = await RunToEndAsync(new ProcessStartInfo("dotnet",
            ["publish", Path.Combine(SharedData.RepositoryRoot, "src", "Defacer"), "-c", "Release", "-r", "win-x64", "--self-contained", "true",
             "-o", _folder["win-x64"], "-v", "q", "-p:RunAnalyzers=false", "--artifacts-path", _folder["build"],
             // Minutes of compiling ahead save a start seconds, and change nothing of what the program does.
             "-p:PublishReadyToRun=false", "-p:PublishReadyToRunComposite=false"]), TimeSpan.FromMinutes(6));
        if (publish.ExitCode != 0)
        {
            throw new InvalidOperationException(publish.Output);
        }

        // Wine 8 ends in the finaliser of dynamic methods; Windows does not. Only this copy is changed.
        var config = Path.Combine(_folder["win-x64"], "defacer.runtimeconfig.json");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(config))!;
        json["runtimeOptions"]!["configProperties"]!["System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported"] = false;
        await File.WriteAllTextAsync(config, json.ToJsonString());
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The path as a Windows program sees it: Wine's drive Z is the root.</summary>
    internal static string ToWindowsPath(string path) => "Z:" + path.Replace('/', '\\');

    /// <summary>How to start the program under Wine.</summary>
    internal ProcessStartInfo Command(params IEnumerable<string> arguments)
    {
        Assert.SkipUnless(File.Exists(Program), "Wine is not installed, so the Windows build is not tried.");
        return new ProcessStartInfo("wine", [Program, .. arguments])
        {
            Environment = { ["WINEPREFIX"] = _folder["prefix"], ["WINEDEBUG"] = "-all", ["DOTNET_gcServer"] = "0" },
        };
    }

    internal Task<Dcmtk.Outcome> RunAsync(IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellationToken) =>
        RunToEndAsync(Command(arguments), limit, cancellationToken);

    internal static async Task<Dcmtk.Outcome> RunToEndAsync(ProcessStartInfo start, TimeSpan limit, CancellationToken cancellationToken = default)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return new Dcmtk.Outcome(process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
