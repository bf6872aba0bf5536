using Defacer.Spool;

namespace Defacer.Assemble;

/// <summary>Which job an instance belongs to.</summary>
public static class JobIds
{
    /// <summary>
    /// The job of an instance on a route. An instance without a readable study is a study of its own: judged later,
    /// never lost.
    /// </summary>
    public static string For(SpoolKey key, string route, Arrival arrival) =>
        arrival.Routing.StudyInstanceUID is { } study
        ? key.Id("study", route, study)
        : key.Id("instance", route, arrival.SOPInstanceUID);

    /// <summary>The job in which a second content under the UID of an instance of a job is set aside.</summary>
    public static string Conflict(string jobId, string arrivalId) => $"{jobId}-{arrivalId[^12..]}";

    /// <summary>Whether the job holds such a set-aside instance.</summary>
    public static bool IsConflict(string jobId) => jobId.Contains('-', StringComparison.Ordinal);
}
