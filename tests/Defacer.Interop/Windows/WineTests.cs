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
    public async Task Serve_WindowsBuild_ReceivesAndForwards()
    {
        const int Instances = 40;
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await using var destination = StorescpPeer.Start(port, folder["received"]);
        await using var node = await NodeProcess.StartAsync(
            folder["node"], new NodeSettings { Destinations = [("research-pacs", "STORESCP", port)] }, token, build.Command("serve"));
        var files = HeadStudy.Write(folder["phantom"], Instances);

        var sent = await Dcmtk.StoreAsync(node.Port, files, token);

        Assert.Equal(Instances, sent.StoreSuccesses);
        await destination.WaitForFilesAsync(Instances, TimeSpan.FromMinutes(4), node.ReadLog, token);
        var report = await node.WaitForOutcomeAsync(TimeSpan.FromMinutes(1), token);
        Assert.Equal("done", (string?)report["state"]);
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
             "-o", _folder["win-x64"], "-v", "q", "-p:RunAnalyzers=false", "--artifacts-path", _folder["build"]]), TimeSpan.FromMinutes(6));
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

    private static async Task<Dcmtk.Outcome> RunToEndAsync(ProcessStartInfo start, TimeSpan limit, CancellationToken cancellationToken = default)
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
