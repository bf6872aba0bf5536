using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;

namespace Defacer.Cli;

/// <summary>The profiles and tables that lie beside the program, in <c>config/</c>.</summary>
internal static class DeidentifyProfiles
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "config");

    /// <summary>A profile by name, or by the path of its file.</summary>
    /// <exception cref="ProfileException">There is none, or it is wrong.</exception>
    internal static Profile Load(string nameOrPath)
    {
        var tables = StandardTables.Load(Path.Combine(Folder, "standard"));
        if (File.Exists(nameOrPath))
        {
            return Profile.Load(nameOrPath, tables);
        }

        var path = Path.Combine(Folder, "profiles", nameOrPath + ".json");
        return File.Exists(path)
            ? Profile.Load(path, tables)
            : throw new ProfileException($"There is no profile '{nameOrPath}'. Shipped: {string.Join(", ", Names)}; or name a file.");
    }

    /// <summary>The names of the shipped profiles.</summary>
    internal static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Path.Combine(Folder, "profiles"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);
}
