namespace Defacer.Spool;

/// <summary>
/// Names in the spool, readable with <c>ls</c>:
/// <code>
/// VERSION lock spool.key ledger.db
/// slots/NAME.slot                 made ahead, arriving, or acknowledged and not yet in a study
/// incoming/ARRIVAL.dcm            acknowledged by an earlier run, not yet in a study
/// jobs/JOB/job.json               route and study of the job
/// jobs/JOB/original/ARRIVAL.dcm   as received
/// jobs/JOB/output/INSTANCE.dcm    defaced, de-identified, verified
/// jobs/JOB/report.json            what was done and found
/// jobs/JOB/renders/               pictures, when the route asks for them
/// jobs/JOB/work/                  outputs not yet verified; worthless after a stop
/// parked/JOB/                     the folder of a job that may not leave
/// </code>
/// </summary>
public sealed class SpoolFolders
{
    /// <summary>Names below a root.</summary>
    public SpoolFolders(string root)
    {
        Root = Path.GetFullPath(root);
        Slots = Path.Combine(Root, "slots");
        Incoming = Path.Combine(Root, "incoming");
        Jobs = Path.Combine(Root, "jobs");
        Parked = Path.Combine(Root, "parked");
    }

    /// <summary>The spool.</summary>
    public string Root { get; }

    /// <summary>Files made before their instance comes; what is whole among them at a start was acknowledged.</summary>
    public string Slots { get; }

    /// <summary>Instances that an earlier run acknowledged and that are in no job yet.</summary>
    public string Incoming { get; }

    /// <summary>Jobs, a folder each.</summary>
    public string Jobs { get; }

    /// <summary>Jobs that may not leave.</summary>
    public string Parked { get; }

    /// <summary>The ledger.</summary>
    public string Ledger => Path.Combine(Root, "ledger.db");

    /// <summary>The name under which an arrival of an earlier run waits.</summary>
    public string Arrival(string arrivalId) => Arrival(Incoming, arrivalId);

    /// <summary>The folder of a job, parked or not; where it would be made when there is none.</summary>
    public string Job(string jobId) =>
        Path.Combine(Parked, jobId) is var parked && Directory.Exists(parked) ? parked : Path.Combine(Jobs, jobId);

    /// <summary>The folder of received instances of a job.</summary>
    public string Originals(string jobId) => Path.Combine(Job(jobId), "original");

    /// <summary>The received instance of a job.</summary>
    public string Original(string jobId, string arrivalId) => Arrival(Originals(jobId), arrivalId);

    /// <summary>The folder of verified outputs of a job.</summary>
    public string Outputs(string jobId) => Path.Combine(Job(jobId), "output");

    /// <summary>The verified output of a job, under its new SOP Instance UID.</summary>
    public string Output(string jobId, string sopInstanceUid) => Arrival(Outputs(jobId), sopInstanceUid);

    /// <summary>The folder of outputs in the making.</summary>
    public string Work(string jobId) => Path.Combine(Job(jobId), "work");

    /// <summary>The folder of pictures.</summary>
    public string Renders(string jobId) => Path.Combine(Job(jobId), "renders");

    /// <summary>The report of a job.</summary>
    public string Report(string jobId) => Path.Combine(Job(jobId), "report.json");

    /// <summary>The name of an arrival in a folder.</summary>
    internal static string Arrival(string folder, string arrivalId) => Path.Combine(folder, arrivalId + ".dcm");

    /// <summary>What a job is.</summary>
    public string Description(string jobId) => Path.Combine(Job(jobId), "job.json");
}
