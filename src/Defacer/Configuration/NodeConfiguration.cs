namespace Defacer.Configuration;

/// <summary>Reads and checks the configuration: all errors at once.</summary>
public static class NodeConfiguration
{
    /// <summary>The section of everything that is ours.</summary>
    public const string Section = "Defacer";

    /// <summary>The options with every error; the options are usable only without errors.</summary>
    public static (DefacerOptions Options, IReadOnlyList<ConfigurationError> Errors) Read(IConfiguration configuration)
    {
        var errors = new List<ConfigurationError>();
        var options = (DefacerOptions)new OptionsBinder(errors).Bind(
            typeof(DefacerOptions), configuration.GetSection(Section), Section);

        // A value that could not be read left its default; rules over it would only add noise about the same setting.
        var unread = errors.Select(e => e.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var found = new List<ConfigurationError>();
        new OptionsRules(found).Check(options);
        errors.AddRange(found.Where(e => !unread.Contains(e.Path)));
        return (options, errors);
    }

    /// <summary>The options.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; carries every error.</exception>
    public static DefacerOptions Require(IConfiguration configuration)
    {
        var (options, errors) = Read(configuration);
        return errors.Count == 0 ? options : throw new ConfigurationException(errors);
    }
}
