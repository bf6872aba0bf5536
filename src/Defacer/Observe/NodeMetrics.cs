using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Defacer.Observe;

/// <summary>
/// Every metric and span source of the node. Attributes have few values: names from the configuration, outcomes,
/// causes; never a UID, never a value of a data set.
/// </summary>
public sealed class NodeMetrics : IDisposable
{
    /// <summary>Name of meter and activity source.</summary>
    public const string SourceName = "Defacer";

    /// <summary>Boundaries in seconds: from one flush of a disk to a large study.</summary>
    private static readonly double[] s_seconds =
        [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

    private readonly Meter _meter = new(SourceName);
    private readonly Counter<long> _associations;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _instances;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _store;
    private readonly Histogram<double> _commit;
    private readonly Histogram<double> _study;
    private readonly Histogram<double> _deface;
    private readonly Counter<long> _series;
    private readonly Counter<long> _jobs;
    private readonly Counter<long> _verify;
    private readonly Counter<long> _forward;
    private readonly Gauge<double> _certificate;

    /// <summary>Makes the instruments.</summary>
    public NodeMetrics()
    {
        _associations = _meter.CreateCounter<long>(
            "defacer.dicom.associations", "{association}", "Associations by how they ended.");
        _active = _meter.CreateUpDownCounter<long>(
            "defacer.dicom.association.active", "{association}", "Associations open now.");
        _instances = _meter.CreateCounter<long>(
            "defacer.dicom.instances", "{instance}", "Instances answered by us, or by a destination.");
        _bytes = _meter.CreateCounter<long>("defacer.dicom.io", "By", "Bytes of data sets.");
        _store = Seconds("defacer.dicom.store.duration", "From a C-STORE command to its response.");
        _commit = Seconds("defacer.spool.commit.duration", "Until a received instance had its durable name.");
        _study = Seconds("defacer.study.duration", "Time of a study in a stage.");
        _deface = Seconds("defacer.deface.duration", "Time of a step of face removal, by series.");
        _series = _meter.CreateCounter<long>(
            "defacer.deface.series", "{series}", "Series by outcome, method and rung of the ladder.");
        _jobs = _meter.CreateCounter<long>("defacer.jobs", "{job}", "Jobs that reached a state.");
        _verify = _meter.CreateCounter<long>(
            "defacer.verify.failures", "{instance}", "Outputs in which the verifier found identity.");
        _forward = _meter.CreateCounter<long>(
            "defacer.forward.attempts", "{attempt}", "Instances offered to a destination, by answer.");
        _certificate = _meter.CreateGauge<double>(
            "defacer.certificate.remaining", "s", "Time until a certificate of ours ends, by where it is set.");
    }

    /// <summary>Spans.</summary>
    public ActivitySource Activities { get; } = new(SourceName);

    /// <summary>An association began.</summary>
    public void AssociationStarted(string peer) => _active.Add(1, Tag("peer", peer));

    /// <summary>An association ended.</summary>
    public void AssociationEnded(string peer, string outcome)
    {
        _active.Add(-1, Tag("peer", peer));
        _associations.Add(1, Tag("peer", peer), Tag("direction", "in"), Tag("outcome", outcome));
    }

    /// <summary>An association was refused.</summary>
    public void AssociationRejected(string peer, string reason) =>
        _associations.Add(
            1, Tag("peer", peer), Tag("direction", "in"), Tag("outcome", "rejected"), Tag("reject.reason", reason));

    /// <summary>An instance was answered to a sender.</summary>
    public void Received(string peer, string status, long bytes, TimeSpan duration)
    {
        _instances.Add(1, Tag("peer", peer), Tag("direction", "in"), Tag("status", status));
        _bytes.Add(bytes, Tag("peer", peer), Tag("direction", "in"));
        _store.Record(duration.TotalSeconds, Tag("direction", "in"), Tag("status", status));
    }

    /// <summary>A destination answered an instance.</summary>
    public void Sent(string destination, string status, long bytes)
    {
        _forward.Add(1, Tag("destination", destination), Tag("status", status));
        _instances.Add(1, Tag("peer", destination), Tag("direction", "out"), Tag("status", status));
        _bytes.Add(bytes, Tag("peer", destination), Tag("direction", "out"));
    }

    /// <summary>A destination could not be talked to.</summary>
    public void SendFailed(string destination, string errorType) =>
        _forward.Add(1, Tag("destination", destination), Tag("error.type", errorType));

    /// <summary>A certificate of ours ends in this time.</summary>
    public void CertificateEnds(string setting, TimeSpan remaining) =>
        _certificate.Record(remaining.TotalSeconds, Tag("setting", setting));

    /// <summary>A received instance got its durable name, or not.</summary>
    public void Committed(TimeSpan duration, bool succeeded) =>
        _commit.Record(duration.TotalSeconds, Tag("outcome", succeeded ? "stored" : "failed"));

    /// <summary>A study left a stage.</summary>
    public void StudyLeft(string stage, string route, TimeSpan duration) =>
        _study.Record(duration.TotalSeconds, Tag("stage", stage), Tag("route", route));

    /// <summary>A series was treated.</summary>
    public void SeriesTreated(string route, string outcome, string method, int rung, string cause) =>
        _series.Add(1, Tag("route", route), Tag("outcome", outcome), Tag("method", method), Tag("rung", $"{rung}"),
            Tag("cause", cause));

    /// <summary>A step of face removal took its time.</summary>
    public void DefaceStep(string step, TimeSpan duration) => _deface.Record(duration.TotalSeconds, Tag("step", step));

    /// <summary>A job reached a state.</summary>
    public void JobReached(string route, string state, string cause) =>
        _jobs.Add(1, Tag("route", route), Tag("state", state), Tag("cause", cause));

    /// <summary>Where networks run: a gauge of 1 with what was wanted and what is used.</summary>
    public void NetworksRun(Func<string> used, Func<string> wanted) => _meter.CreateObservableGauge(
        "defacer.deface.provider", () => new Measurement<int>(1, Tag("used", used()), Tag("wanted", wanted())), "{provider}",
        "Where networks run.");

    /// <summary>The verifier found identity in an output.</summary>
    public void VerifyFailed(string route) => _verify.Add(1, Tag("route", route));

    /// <summary>Gauges that are read when telemetry is collected.</summary>
    public void Watch(Func<IEnumerable<Measurement<long>>> items, Func<IEnumerable<Measurement<double>>> ages,
        Func<long> freeBytes, long minBytes)
    {
        _meter.CreateObservableGauge(
            "defacer.queue.items", items, "{item}", "Jobs by state, and outputs waiting by destination.");
        _meter.CreateObservableGauge("defacer.queue.oldest.age", ages, "s", "Age of the oldest item of a queue.");
        _meter.CreateObservableGauge("defacer.spool.free", freeBytes, "By", "Free space of the spool's volume.");
        _meter.CreateObservableGauge(
            "defacer.spool.limit", () => minBytes, "By", "Free space below which nothing is accepted.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        Activities.Dispose();
    }

    private Histogram<double> Seconds(string name, string description) => _meter.CreateHistogram(
        name, "s", description, tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_seconds });

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
