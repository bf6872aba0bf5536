using System.CommandLine;
using Defacer.Configuration;

namespace Defacer.Cli;

/// <summary>The configuration as the node reads it: appsettings.json of a folder, then the environment.</summary>
internal static class ConfigurationFile
{
    internal static Option<string> Option() => new("--config")
    {
        Description = "The configuration file.",
        DefaultValueFactory = _ => "appsettings.json",
    };

    /// <summary>The options, every error, and the full path of the file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    internal static (DefacerOptions Options, IReadOnlyList<ConfigurationError> Errors, string Path) Read(string path)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            throw new FileNotFoundException($"There is no configuration file '{full}'. Name one with --config.");
        }

        var configuration = new ConfigurationBuilder()
            .AddJsonFile(full, optional: false, reloadOnChange: false)
            .AddEnvironmentVariables()
            .Build();
        var (options, errors) = NodeConfiguration.Read(configuration);
        return (options, errors, full);
    }

    /// <summary>The spool of a configuration; relative paths are relative to the file.</summary>
    internal static string SpoolPath(DefacerOptions options, string configurationPath) =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(configurationPath)!, options.Spool.Path));
}
