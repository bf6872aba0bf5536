using Defacer.Assemble;
using Defacer.Configuration;
using Defacer.Dicom.Network.Services;
using Defacer.Forward;
using Defacer.Ledger;
using Defacer.Observe;
using Defacer.Peers;
using Defacer.Receive;
using Defacer.Spool;

namespace Defacer.Hosting;

/// <summary>The parts of a node that ask peers, answer them and know their certificates.</summary>
internal sealed class PeerStages
{
    private readonly List<CommitmentQueue> _queues = [];

    internal PeerStages(
        DefacerOptions options, NodePaths paths, SpoolStore spool, ILedger ledger, NodeMetrics metrics,
        TimeProvider time, ILoggerFactory logs)
    {
        Security = new PeerSecurity(paths.Settings, time);
        var errors = Security.Check(options);
        if (errors.Count > 0)
        {
            throw new ConfigurationException(errors);
        }

        Certificates = new CertificateWatch(() => Security.Own(options), metrics, time,
            logs.CreateLogger<CertificateWatch>());
        Counts = new SourceCounts(options, Security, spool, ledger, time, logs.CreateLogger<SourceCounts>());
        Reports = new CommitmentReports(ledger, logs.CreateLogger<CommitmentReports>());
        foreach (var (name, destination) in options.Destinations.Where(d => d.Value.StorageCommitment.Ask))
        {
            _queues.Add(new CommitmentQueue(
                name, destination, PeerConnection.To(destination, options.Node.AeTitle, Security), ledger, Reports,
                spool, time, logs.CreateLogger<CommitmentQueue>()));
        }

        Promises = SourceCommitments.IsWanted(options)
            ? new SourceCommitments(options, Security, ledger, time, logs.CreateLogger<SourceCommitments>())
            : null;
        Commitment = _queues.Count > 0 || Promises is not null
            ? new StorageCommitmentService(Promises, _queues.Count > 0 ? Reports : null)
            : null;
    }

    /// <summary>TLS.</summary>
    internal PeerSecurity Security { get; }

    /// <summary>Watches our certificates.</summary>
    internal CertificateWatch Certificates { get; }

    /// <summary>Asks sources for counts.</summary>
    internal SourceCounts Counts { get; }

    /// <summary>Takes the reports of destinations.</summary>
    internal CommitmentReports Reports { get; }

    /// <summary>Commits to what sources sent; null where none may ask.</summary>
    internal SourceCommitments? Promises { get; }

    /// <summary>Storage commitment on our port; null where nobody needs it.</summary>
    internal StorageCommitmentService? Commitment { get; }

    /// <summary>Asks destinations to commit.</summary>
    internal IReadOnlyList<CommitmentQueue> Queues => _queues;

    /// <summary>The queue of a destination; null where it is not asked.</summary>
    internal CommitmentQueue? Queue(string destination) => _queues.Find(q => q.Name == destination);
}
