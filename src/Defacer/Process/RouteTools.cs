using System.Collections.Concurrent;
using Defacer.Configuration;
using Defacer.Deface;
using Defacer.Deface.Methods;
using Defacer.Deface.Models;
using Defacer.Deidentify;
using Defacer.Deidentify.Keys;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;

namespace Defacer.Process;

/// <summary>What a route needs for its work, made once: profile, de-identifier, options of face removal.</summary>
public sealed class RouteTools : IDisposable
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

        Networks = LoadNetworks(options, errors);
        for (var i = 0; i < options.Routes.Count && errors.Count == 0; i++)
        {
            try
            {
                _ = DefaceMethods.Require(options.Routes[i].Method, Networks);
            }
            catch (ArgumentException e)
            {
                errors.Add(new($"Defacer:Routes:{i}:Method", options.Routes[i].Method, e.Message, "Name another method, or install the weights."));
            }
        }

        if (errors.Count > 0)
        {
            throw new ConfigurationException(errors);
        }
    }

    /// <summary>The networks; null where no weights are installed.</summary>
    public HeadNetworks? Networks { get; }

    /// <summary>Which networks run, in one line for the log; null when no route uses any.</summary>
    public string? MethodNote => Networks is not null
        ? $"{(Networks.Choice.Reason is null ? $"{Networks.Choice} " : string.Empty)}Weights of the networks: {Networks.Identity}."
        : _options.Routes.Any(r => DefaceMethods.UsesNetworks(r.Method))
            ? "No weights are installed: routes with method auto use depth-mask."
            : null;

    /// <inheritdoc/>
    public void Dispose() => Networks?.Dispose();

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
        Networks = Networks,
        Fill = route.Fill,
        NotAHead = isReleased || route.NotAHead == NotAHead.Pass ? NotAHeadPolicy.Pass : NotAHeadPolicy.Park,
        Render = route.Render,

        // A fixed share, so that the outcome of a study does not depend on what else is being processed.
        MemoryBudgetBytes = _options.Deface.MemoryBudget.Bytes / _options.Deface.Jobs,
    };

    // Weights that are there and cannot be used stop the start: a weaker method in their place would be a silent one.
    private static HeadNetworks? LoadNetworks(DefacerOptions options, List<ConfigurationError> errors)
    {
        if (!Enum.TryParse<ComputeProvider>(options.Deface.Provider, ignoreCase: true, out var provider))
        {
            errors.Add(new("Defacer:Deface:Provider", options.Deface.Provider, "There is no such provider.", "Use auto, cpu, directml or cuda."));
            return null;
        }

        if (!options.Routes.Any(r => DefaceMethods.UsesNetworks(r.Method)))
        {
            return null;
        }

        try
        {
            return HeadNetworks.Load(HeadNetworks.DefaultFolder, new ComputeOptions(provider, options.Deface.Threads));
        }
        catch (ModelException e)
        {
            errors.Add(new("Defacer:Deface", HeadNetworks.DefaultFolder, e.Message, "Install the program with its models anew."));
            return null;
        }
    }

    private Profile LoadProfile(string name) =>
        name == "basic" ? Profile.Basic(_tables) : Profile.Load(Path.Combine(_profiles, name + ".json"), _tables);
}
