using Defacer.Configuration;
using Defacer.Imaging;
using Defacer.Ledger;
using Defacer.Spool;

namespace Defacer.Assemble;

/// <summary>
/// Takes acknowledged instances into their jobs: first the ledger, then the file's name there, then the old name goes.
/// Whatever a crash leaves behind under an old name comes here again, and a repetition changes nothing.
/// </summary>
public sealed class StudyIntake(
    SpoolStore spool, ILedger ledger, RouteTable routes, StudyClock clock, TimeProvider time, ILogger<StudyIntake> log)
{
    // One ledger transaction for what piled up meanwhile; 256 bounds its length to some tens of milliseconds.
    private const int MaxBatch = 256;

    // Nobody waits for the intake: the sender has its answer. A pause after each batch lets the next instances share
    // transaction and flushes, which would else compete with those that senders wait for.
    private static readonly TimeSpan s_gathering = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Runs until the spool closes or the token is cancelled; what is acknowledged and not taken in is found at the
    /// next start.
    /// </summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (await spool.Arrivals.WaitToReadAsync(ct))
        {
            var batch = Waiting();
            await TakeInUntilDoneAsync(batch, ct);

            // A full batch means that more wait: a pause then would let them pile up in memory.
            if (batch.Count < MaxBatch)
            {
                await Task.Delay(s_gathering, time, ct);
            }
        }
    }

    /// <summary>
    /// Takes in what waits at a start, before anything looks at its studies: the ledger may know an instance whose file
    /// is not in its place yet.
    /// </summary>
    public async Task TakeInWaitingAsync(CancellationToken ct)
    {
        for (var batch = Waiting(); batch.Count > 0; batch = Waiting())
        {
            await TakeInAsync(batch, ct);
        }
    }

    /// <summary>Takes a batch in. The files may have their names in their jobs already.</summary>
    public async Task TakeInAsync(IReadOnlyList<Arrival> batch, CancellationToken ct)
    {
        var placements = batch.SelectMany(Placements).ToList();
        var decisions = await ledger.TakeInAsync([.. placements.Select(p => p.Intake)], ct);
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var byArrival in placements.Zip(decisions).GroupBy(p => p.First.Arrival.Id, StringComparer.Ordinal))
        {
            await PlaceAsync(byArrival.First().First.Arrival, [.. byArrival], changed, ct);
            foreach (var (placement, _) in byArrival.Where(p => p.Second != IntakeDecision.Conflict))
            {
                clock.Touched(placement.Intake.JobId, placement.Arrival.Association);
            }
        }

        // One flush a job and batch. A folder that is gone belongs to a job that was finished by an earlier try.
        foreach (var folder in changed.Select(spool.Folders.Originals).Where(Directory.Exists))
        {
            spool.Disk.FlushFolder(folder);
        }

        // The old name goes only now that the new ones are durable: no file system can lose both.
        foreach (var arrival in batch)
        {
            spool.Disk.Delete(arrival.Path);
        }

        clock.Wake();
    }

    private List<Arrival> Waiting()
    {
        var batch = new List<Arrival>();
        while (batch.Count < MaxBatch && spool.Arrivals.TryRead(out var arrival))
        {
            batch.Add(arrival);
        }

        return batch;
    }

    private async Task TakeInUntilDoneAsync(List<Arrival> batch, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await TakeInAsync(batch, ct);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Top of the loop that owns these arrivals: they are safe under their old names, so a full or failing disk
                // means waiting.
                log.LogError(
                    e, "{Count} received instances could not be taken into their studies; trying again.", batch.Count);
                await Task.Delay(s_retryDelay, time, ct);
            }
        }
    }

    private IEnumerable<Placement> Placements(Arrival arrival)
    {
        var names = routes.Find(arrival.CalledAeTitle, arrival.CallingAeTitle).Select(r => r.Name).DefaultIfEmpty(
            RouteTable.NoRoute);
        return names.Select(route => new Placement(arrival,
            new Intake(JobIds.For(spool.Key, route, arrival), route, Describe(arrival))));
    }

    /// <summary>An arrival as its job lists it.</summary>
    public static Instance Describe(Arrival arrival) => new()
    {
        ArrivalId = arrival.Id,
        SOPInstanceUID = arrival.SOPInstanceUID,
        SeriesInstanceUID = arrival.Routing.SeriesInstanceUID ?? string.Empty,
        ContentHash = arrival.ContentHash,
        Bytes = arrival.Bytes,
        ArrivedAt = arrival.At,
    };

    private async Task PlaceAsync(
        Arrival arrival, IReadOnlyList<(Placement Placement, IntakeDecision Decision)> places, HashSet<string> changed,
            CancellationToken ct)
    {
        foreach (var (placement, decision) in places)
        {
            switch (decision)
            {
                case IntakeDecision.Take:
                    changed.Add(placement.Intake.JobId);
                    await PutAsync(placement.Intake, arrival.Path, ct);
                    break;
                case IntakeDecision.Conflict:
                    await ParkConflictAsync(placement, ct);
                    break;
                default:
                    log.LogDebug("Job {Job}: an instance came again with the same content; one is kept.",
                        placement.Intake.JobId);
                    break;
            }
        }
    }

    private async Task PutAsync(Intake intake, string source, CancellationToken ct)
    {
        using var held = await spool.Locks.TakeAsync(intake.JobId, ct);
        var originals = spool.Folders.Originals(intake.JobId);
        var target = SpoolFolders.Arrival(originals, intake.Instance.ArrivalId);
        if (!File.Exists(target) && File.Exists(source))
        {
            MakeFolder(intake, originals);
            spool.Disk.Link(source, target);
        }
    }

    private void MakeFolder(Intake intake, string originals)
    {
        if (Directory.Exists(originals))
        {
            return;
        }

        Directory.CreateDirectory(originals);
        var description = spool.Folders.Description(intake.JobId);
        if (!File.Exists(description))
        {
            spool.WriteDurably(
                description, new JobDescription(intake.JobId, intake.Route, intake.Instance.ArrivedAt).ToJson());
        }

        spool.Disk.FlushFolder(spool.Folders.Job(intake.JobId));
        spool.Disk.FlushFolder(spool.Folders.Jobs);
    }

    private async Task ParkConflictAsync(Placement placement, CancellationToken ct)
    {
        var intake = placement.Intake with { JobId = JobIds.Conflict(placement.Intake.JobId, placement.Arrival.Id) };
        await PutAsync(intake, placement.Arrival.Path, ct);
        spool.Disk.FlushFolder(spool.Folders.Originals(intake.JobId));
        await ledger.AddParkedAsync(
            intake.JobId, intake.Route, intake.Instance, ConflictCause(placement.Intake.JobId), ct);
        using var held = await spool.Locks.TakeAsync(intake.JobId, ct);
        spool.MoveToParked(intake.JobId);
        log.LogWarning("Job {Job}: a second content under the same SOP Instance UID is parked as {Parked}.",
            placement.Intake.JobId, intake.JobId);
    }

    /// <summary>Why a second content under a known UID is set aside.</summary>
    public static Parked ConflictCause(string jobId) => new(
        ParkCause.ConflictingDuplicate,
        $"Job {jobId} has an instance with the same SOP Instance UID and other content; that one is kept and goes its "
            + "way.",
        "Find out at the source which of the two is right. If it is this one, reject the other job and send the study "
            + "again under new UIDs.");

    private sealed record Placement(Arrival Arrival, Intake Intake);
}
