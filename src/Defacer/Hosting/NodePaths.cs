using Defacer.Configuration;

namespace Defacer.Hosting;

/// <summary>
/// Where the node's files lie. Relative paths of the configuration are relative to its own folder, however the
/// program was started.
/// </summary>
/// <param name="Spool">The spool.</param>
/// <param name="SiteKey">The key file.</param>
/// <param name="Config">The folder <c>config</c> that comes with the program.</param>
/// <param name="Settings">The folder of the configuration itself.</param>
public sealed record NodePaths(string Spool, string SiteKey, string Config, string Settings)
{
    /// <summary>The paths for a configuration in a folder.</summary>
    public static NodePaths For(DefacerOptions options, string configurationFolder) => new(
        Path.GetFullPath(Path.Combine(configurationFolder, options.Spool.Path)),
        Path.GetFullPath(Path.Combine(configurationFolder, options.Deidentify.KeyFile)),
        Path.Combine(AppContext.BaseDirectory, "config"),
        Path.GetFullPath(configurationFolder));
}
