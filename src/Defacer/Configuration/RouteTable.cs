namespace Defacer.Configuration;

/// <summary>Which routes take what comes under a called and a calling AE title.</summary>
public sealed class RouteTable(DefacerOptions options)
{
    /// <summary>The route of jobs that no route takes any more; such a job is parked.</summary>
    public const string NoRoute = "-";

    /// <summary>Whether any route answers to the called title.</summary>
    public bool IsCalled(string calledAeTitle) => options.Routes.Any(r => Called(r) == calledAeTitle.Trim());

    /// <summary>The routes for a called and a calling title; case counts, spaces around do not (PS3.8 9.3.2).</summary>
    public IEnumerable<RouteOptions> Find(string calledAeTitle, string callingAeTitle) => options.Routes.Where(r =>
        Called(r) == calledAeTitle.Trim()
        && (r.CallingAeTitles.Count == 0 || r.CallingAeTitles.Any(c => c.Trim() == callingAeTitle.Trim())));

    /// <summary>A route by name; null when the configuration has it no longer.</summary>
    public RouteOptions? Find(string name) =>
        options.Routes.FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private string Called(RouteOptions route) => (route.CalledAeTitle ?? options.Node.AeTitle).Trim();
}
