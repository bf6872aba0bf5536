using Xunit;

namespace Defacer.Testing;

/// <summary>
/// The large real series and fixtures that lie beside a checkout. Tests that need them are skipped where they are
/// absent.
/// </summary>
public static class SharedData
{
    /// <summary>The root of the checkout: the folder with Defacer.sln.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The folder with the shared data, or null.</summary>
    public static string? Root { get; } = FindShared();

    /// <summary>A path below the shared data; skips the test when it is absent.</summary>
    public static string Require(params string[] parts)
    {
        Assert.SkipUnless(Root is not null, "The shared data are not beside this checkout.");
        var path = Path.Combine([Root!, .. parts]);
        Assert.SkipUnless(Path.Exists(path), $"{string.Join('/', parts)} is not among the shared data.");
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Defacer.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Defacer.sln is in no folder above the tests.");
    }

    private static string? FindShared()
    {
        var path = Environment.GetEnvironmentVariable("DEFACER_SHARED") is { Length: > 0 } set
            ? Path.Combine(set, "data")
            : Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "data"));
        return Directory.Exists(path) ? path : null;
    }
}
