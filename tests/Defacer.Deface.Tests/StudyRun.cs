using System.Collections.Concurrent;
using Defacer.Deface.Models;
using Defacer.Dicom.Files;
using Xunit;

namespace Defacer.Deface.Tests;

/// <summary>One run of the stage into a folder, as a node does it, without touching headers.</summary>
internal sealed class StudyRun
{
    private StudyRun(StudyDefacement result, IReadOnlyDictionary<int, string> paths) => (Result, Paths) = (result, paths);

    // The weights that came with the program, once for all tests.
    private static readonly Lazy<HeadNetworks?> s_networks = new(() => HeadNetworks.Load(HeadNetworks.DefaultFolder, new ComputeOptions()));

    internal static HeadNetworks? Networks => s_networks.Value;

    internal StudyDefacement Result { get; }

    /// <summary>Files written, by index of the instance.</summary>
    internal IReadOnlyDictionary<int, string> Paths { get; }

    internal static async Task<StudyRun> RunAsync(IReadOnlyList<DicomFile> instances, string folder, DefaceOptions? options = null)
    {
        var paths = new ConcurrentDictionary<int, string>();
        var result = await new StudyDefacer(TimeProvider.System).RunAsync(
            instances,
            options ?? new DefaceOptions { Render = true },
            (instance, _) =>
            {
                var path = Path.Combine(folder, $"{instance.Index:00000}.dcm");
                instance.Painted.Save(path);
                paths[instance.Index] = path;
                return ValueTask.FromResult(path);
            },
            TestContext.Current.CancellationToken);
        return new StudyRun(result, paths);
    }
}
