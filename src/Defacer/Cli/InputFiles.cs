namespace Defacer.Cli;

/// <summary>The files that a path on the command line means: the file itself, or all below a folder in a stable order.</summary>
internal static class InputFiles
{
    /// <summary>Full paths in ordinal order.</summary>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    internal static IReadOnlyList<string> Below(string path)
    {
        if (File.Exists(path))
        {
            return [Path.GetFullPath(path)];
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no file or folder '{path}'.");
        }

        return [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(f => !Path.GetFileName(f).StartsWith('.') && !Path.GetFileName(f).Equals("DICOMDIR", StringComparison.OrdinalIgnoreCase))
            .Select(Path.GetFullPath)
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Where the output of a file below <paramref name="root"/> goes below <paramref name="target"/>: the same relative path.</summary>
    internal static string Target(string root, string file, string target) => File.Exists(root)
        ? target
        : Path.Combine(target, Path.GetRelativePath(root, file));
}
