using System.Collections.Concurrent;
using Defacer.Configuration;
using Defacer.Deface;
using Defacer.Deidentify;
using Defacer.Deidentify.Keys;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;

namespace Defacer.Process;

/// <summary>What a route needs for its work, made once: profile, de-identifier, options of face removal.</summary>
public sealed class RouteTools
{
    private readonly DefacerOptions _options;
    private readonly StandardTables _tables;
    private readonly string _profiles;
    private readonly ConcurrentDictionary<string, Deidentifier> _deidentifiers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Loads the tables and the profile of every route, so that a bad profile stops the start and not a study.
    /// </summary>
    /// <param name="options">The configuration.</param>
    /// <param name="configFolder">The folder <c>config</c> beside the program.</param>
    /// <param name="key">The site's secret.</param>
    /// <exception cref="ConfigurationException">A profile cannot be used.</exception>
    public RouteTools(DefacerOptions options, string configFolder, SiteKey key)
    {
        _options = options;
        Key = key;
        _profiles = Path.Combine(configFolder, "profiles");
        _tables = StandardTables.Load(Path.Combine(configFolder, "standard"));
        var errors = new List<ConfigurationError>();
        for (var i = 0; i < options.Routes.Count; i++)
        {
            try
            {
                _ = DeidentifierOf(options.Routes[i]);
            }
            catch (ProfileException e)
            {
                errors.Add(new($"Defacer:Routes:{i}:Profile", options.Routes[i].Profile, e.Message,
                    "Name a profile of config/profiles, or correct it."));
            }
        }

        if (errors.Count > 0)
        {
            throw new ConfigurationException(errors);
        }
    }

    /// <summary>The site's secret.</summary>
    public SiteKey Key { get; }

    /// <summary>Records who stands behind each pseudonym, where the site wants it; null for nothing.</summary>
    public ReidentificationLog? Reidentification { get; init; }

    /// <summary>The de-identifier of a route.</summary>
    public Deidentifier DeidentifierOf(RouteOptions route) => _deidentifiers.GetOrAdd(
        route.Profile, name => new Deidentifier(LoadProfile(name), Key));

    /// <summary>
    /// The options of face removal for a run; a person's release lets through what shows no head or face.
    /// </summary>
    public DefaceOptions DefaceOptionsOf(RouteOptions route, bool isReleased) => new()
    {
        Method = route.Method,
        Fill = route.Fill,
        NotAHead = isReleased || route.NotAHead == NotAHead.Pass ? NotAHeadPolicy.Pass : NotAHeadPolicy.Park,
        Render = route.Render,

        // A fixed share, so that the outcome of a study does not depend on what else is being processed.
        MemoryBudgetBytes = _options.Deface.MemoryBudget.Bytes / _options.Deface.Jobs,
    };

    private Profile LoadProfile(string name) =>
        name == "basic" ? Profile.Basic(_tables) : Profile.Load(Path.Combine(_profiles, name + ".json"), _tables);
}
