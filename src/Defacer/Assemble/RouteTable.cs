using Defacer.Configuration;
using Defacer.Spool;

namespace Defacer.Assemble;

/// <summary>Which routes take an instance, and which job of each it belongs to.</summary>
public sealed class RouteTable(DefacerOptions options, SpoolKey key)
{
    /// <summary>The route of jobs that no route takes any more; such a job is parked.</summary>
    public const string NoRoute = "-";

    /// <summary>The routes for a called and a calling title.</summary>
    public IEnumerable<RouteOptions> Find(string calledAeTitle, string callingAeTitle) => options.Routes.Where(r =>
        (r.CalledAeTitle ?? options.Node.AeTitle).Trim() == calledAeTitle.Trim()
        && (r.CallingAeTitles.Count == 0 || r.CallingAeTitles.Any(c => c.Trim() == callingAeTitle.Trim())));

    /// <summary>A route by name; null when the configuration has it no longer.</summary>
    public RouteOptions? Find(string name) => options.Routes.FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The job of an instance on a route. An instance without a readable study is a study of its own: judged later, never lost.</summary>
    public string JobId(string route, Arrival arrival) => arrival.Routing.StudyInstanceUID is { } study
        ? key.Id("study", route, study)
        : key.Id("instance", route, arrival.SOPInstanceUID);
}
