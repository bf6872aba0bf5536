using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Defacer.Configuration;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Imaging;
using Defacer.Ledger;
using Defacer.Observe;
using Defacer.Spool;
using Defacer.Testing;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Defacer.Tests.Hosting;

public sealed class NodeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Store_NoHead_IsParkedWithCauseRemedyReportAndOriginals()
    {
        await using var node = await RunningNode.StartAsync(_folder.Path);

        var responses = await node.SendAsync(Slices("1.2.9", "1.2.9.1", 4));
        var job = Assert.Single(await node.SettledAsync());

        Assert.All(responses, r => Assert.Equal(0, r.Status.Code));
        Assert.Equal(JobState.Parked, job.State);
        Assert.True(job.Parked!.Remedy.Length > 10);
        await RunningNode.UntilAsync(
            () => Task.FromResult(Directory.Exists(Path.Combine(_folder["spool"], "parked", job.Id))));
        var folder = Path.Combine(_folder["spool"], "parked", job.Id);
        Assert.Equal(4, Directory.GetFiles(Path.Combine(folder, "original")).Length);
        Assert.False(Directory.Exists(Path.Combine(folder, "work")));
        var report = JobReport.Read(Path.Combine(folder, "report.json"))!;
        Assert.Equal(("parked", 4, 0), (report.State, report.InstancesIn, report.InstancesOut));
        Assert.Contains("nothing arrived for", report.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_TwoContentsOfOneInstance_FirstStaysRepeatIsDroppedOtherIsParked()
    {
        await using var node = await RunningNode.StartAsync(_folder.Path, ("Routes:0:StableAge", "00:00:03"));
        var a = DicomFile.Open(SharedData.Require("bugs", "13-duplicate-instance", "a.dcm"));
        var again = DicomFile.Open(SharedData.Require("bugs", "13-duplicate-instance", "a_again.dcm"));
        var other = DicomFile.Open(SharedData.Require("bugs", "13-duplicate-instance", "a_other_pixels.dcm"));

        await node.SendAsync(a);
        var responses = await Task.WhenAll(
            node.SendAsync(again), node.SendAsync(other), node.SendAsync(again), node.SendAsync(other));

        Assert.All(responses, r => Assert.Equal(0, r[0].Status.Code));
        var jobs = await node.SettledAsync(3);
        Assert.Equal(2, jobs.Count(j => j.Parked?.Cause == ParkCause.ConflictingDuplicate));
        var kept = Assert.Single(jobs, j => j.Parked?.Cause != ParkCause.ConflictingDuplicate);
        Assert.Single(await node.Ledger.InstancesAsync(kept.Id, CancellationToken.None));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder["spool"], "incoming")));
    }

    [Fact]
    public async Task Store_SlowSecondSeries_IsOneStudyWithEverything()
    {
        var files = Directory.GetFiles(SharedData.Require("bugs", "14-slow-series"), "*.dcm").Order().Select(
            f => DicomFile.Open(f)).ToArray();
        await using var node = await RunningNode.StartAsync(_folder.Path, ("Routes:0:StableAge", "00:00:02"));

        await node.SendAsync(files[..4]);
        foreach (var late in files[4..])
        {
            // 0.8 of the quiet time after the one before, each on an association of its own.
            await Task.Delay(1600);
            Assert.Equal(
                JobState.Receiving, Assert.Single(await node.Ledger.JobsAsync(null, CancellationToken.None)).State);
            await node.SendAsync(late);
        }

        var job = Assert.Single(await node.SettledAsync());
        Assert.Equal(8, (await node.Ledger.InstancesAsync(job.Id, CancellationToken.None)).Count);
        Assert.Single(await node.Ledger.HistoryAsync(job.Id, CancellationToken.None), h => h.State == JobState.Ready);
    }

    [Fact]
    public async Task Process_LedgerTakesNoChangeForAWhile_WaitsAndGoesOn()
    {
        await using var node = await RunningNode.StartAsync(_folder.Path, ("Routes:0:StableAge", "00:00:02"));
        await node.SendAsync(Slices("1.2.9", "1.2.9.1", 5));
        await OnLedgerAsync("""
            CREATE TRIGGER refuse BEFORE UPDATE ON jobs WHEN OLD.state = 'Processing' AND NEW.state <> 'Processing'
            BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END
            """);
        await RunningNode.UntilAsync(() => Task.FromResult(
            node.Log.Lines.Any(l => l.Contains("could not be written", StringComparison.Ordinal))));

        await OnLedgerAsync("DROP TRIGGER refuse");

        Assert.Equal(JobState.Parked, Assert.Single(await node.SettledAsync()).State);
        Assert.Empty(node.Node.Health!.WhyNotAlive());
    }

    [Fact]
    public async Task Store_LedgerIsLocked_IsAnsweredA700BeyondTheBoundAndTakenInLater()
    {
        await using var node = await RunningNode.StartAsync(_folder.Path, ("Routes:0:StableAge", "00:00:03"));
        var spool = node.Node.Spool!;
        spool.MaxWaiting = 5;
        var slices = Slices("1.2.9", "1.2.9.1", 11);
        DicomFile[] refused;
        await using (var other = new SqliteConnection($"Data Source={_folder["spool"]}/ledger.db;Pooling=False"))
        {
            await other.OpenAsync();
            await using var transaction = other.BeginTransaction();

            // The intake has this one and waits for the ledger with it; what comes now stays in line.
            Assert.Equal(0, (await node.SendAsync(slices[0]))[0].Status.Code);
            await RunningNode.UntilAsync(() => Task.FromResult(spool.Waiting == 0));
            var responses = await node.SendAsync(slices[1..]);

            Assert.Equal([0, 0, 0, 0, 0, 0xA700, 0xA700, 0xA700, 0xA700, 0xA700], responses.Select(r => (int)r.Status.Code));
            var rejected = await Assert.ThrowsAsync<AssociationRejectedException>(() => node.SendAsync(slices[^1]));
            Assert.Equal(AssociationRejection.TemporaryCongestion, rejected.Rejection);
            Assert.Contains(node.Node.Health!.WhyNotReady(), r => r.Contains("wait for the ledger", StringComparison.Ordinal));
            refused = slices[6..];
        }

        await RunningNode.UntilAsync(() => Task.FromResult(!spool.IsCongested));
        Assert.All(await node.SendAsync(refused), r => Assert.Equal(0, r.Status.Code));
        var job = Assert.Single(await node.SettledAsync());
        Assert.Equal(11, (await node.Ledger.InstancesAsync(job.Id, CancellationToken.None)).Count);
    }

    private async Task OnLedgerAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder["spool"]}/ledger.db;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task Start_SecondNodeOnTheSpool_RefusesWithASentence()
    {
        await using var node = await RunningNode.StartAsync(_folder.Path);

        await Assert.ThrowsAsync<SpoolInUseException>(() => RunningNode.StartAsync(_folder.Path));
        Assert.Equal(0, (await node.SendAsync(Slices("1.2.9", "1.2.9.1", 1)))[0].Status.Code);
    }

    [Fact]
    public async Task Start_LedgerWasLost_IsRebuiltFromTheSpool()
    {
        Job before;
        await using (var node = await RunningNode.StartAsync(_folder.Path))
        {
            await node.SendAsync(Slices("1.2.9", "1.2.9.1", 5));
            before = Assert.Single(await node.SettledAsync());
        }

        foreach (var file in Directory.GetFiles(_folder["spool"], "ledger.db*"))
        {
            File.Delete(file);
        }

        await using var again = await RunningNode.StartAsync(_folder.Path);
        var after = Assert.Single(await again.SettledAsync());

        Assert.Equal(
            (before.Id, before.Route, before.State, before.Parked), (after.Id, after.Route, after.State, after.Parked));
        Assert.Equal(5, (await again.Ledger.InstancesAsync(after.Id, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Start_AcknowledgedAndNotTakenIn_IsTakenInOnce()
    {
        // What a crash between acknowledgement and intake leaves: a named file in incoming/.
        await using (var node = await RunningNode.StartAsync(_folder.Path, ("Routes:0:StableAge", "00:10:00")))
        {
            await node.SendAsync(Slices("1.2.9", "1.2.9.1", 3));
            await RunningNode.UntilAsync(
                async () => (await node.Ledger.JobsAsync(null, CancellationToken.None)) is [var j]
                && (await node.Ledger.InstancesAsync(j.Id, CancellationToken.None)).Count == 3);
        }

        var original = Directory.GetFiles(_folder["spool"], "*.dcm", SearchOption.AllDirectories)[0];
        File.Move(original, Path.Combine(_folder["spool"], "incoming", Path.GetFileName(original)));

        await using var again = await RunningNode.StartAsync(_folder.Path);
        var job = Assert.Single(await again.SettledAsync());

        Assert.Equal(3, Directory.GetFiles(Path.Combine(_folder["spool"], "parked", job.Id, "original")).Length);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder["spool"], "incoming")));
    }

    [Fact]
    public async Task Stop_AssociationIsOpen_EndsItAndKeepsWhatWasAcknowledged()
    {
        var node = await RunningNode.StartAsync(_folder.Path, ("Node:DrainTimeout", "00:00:10"));
        await using var association = await node.ConnectAsync();
        await association.StoreAsync(Slices("1.2.9", "1.2.9.1", 1)[0], CancellationToken.None);

        await node.StopAsync();

        await Assert.ThrowsAnyAsync<AssociationException>(
            () => association.StoreAsync(Slices("1.2.9", "1.2.9.1", 2)[1], CancellationToken.None));
        await node.DisposeAsync();
        Assert.Single(Directory.GetFiles(_folder["spool"], "*.dcm", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Health_RunningNode_IsReadyAndBelowTheMarkIsNot()
    {
        using var http = new HttpClient();
        await using (var node = await RunningNode.StartAsync(_folder.Path))
        {
            foreach (var path in new[] { "health/live", "health/ready", "health/startup", "metrics" })
            {
                Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(node.Http, path))).StatusCode);
            }
        }

        await using var low = await RunningNode.StartAsync(_folder.Path, ("Spool:MinFreeSpace", "1000000 TB"));
        var answer = await http.GetAsync(new Uri(low.Http, "health/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("below the mark", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(low.Http, "health/live"))).StatusCode);
        var refused = await Assert.ThrowsAsync<AssociationRejectedException>(() => low.ConnectAsync());
        Assert.Equal("2/3/1", refused.Rejection.ToString());
    }

    [Fact]
    public async Task Observe_WholeRun_ShowsNothingOfThePatient()
    {
        var tags = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == NodeMetrics.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = a => tags.Enqueue($"{a.DisplayName} {string.Join(' ', a.TagObjects)}"),
        };
        ActivitySource.AddActivityListener(listener);
        using var http = new HttpClient();
        await using var node = await RunningNode.StartAsync(_folder.Path, ("Node:Peers:0:AeTitle", "CT1"));
        var slices = Slices("1.2.826.0.1.77777", "1.2.826.0.1.77777.4", 4);
        await node.SendAsync(slices);
        await node.SendAsync(slices[0]);
        await node.SendAsync(Slices("1.2.826.0.1.77777", "1.2.826.0.1.77777.4", 1, pixel: 99));
        await node.SettledAsync(2);

        var metrics = await http.GetStringAsync(new Uri(node.Http, "metrics"));
        var everything = string.Join('\n', node.Log.Lines.Concat(tags).Append(metrics));

        Assert.Contains("defacer_dicom_instances_total", metrics, StringComparison.Ordinal);
        Assert.Contains("peer=\"CT1\"", metrics, StringComparison.Ordinal);
        Assert.Contains(tags, t => t.Contains("defacer.process", StringComparison.Ordinal));
        Assert.Contains("is complete", everything, StringComparison.Ordinal);
        foreach (var secret in new[] { "Zufall", "Zacharias", "PID-4711", "19610203", "ACC-0815", "Dr Geheim",
            "1.2.826.0.1.77777" })
        {
            Assert.DoesNotContain(secret, everything, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Telemetry_OtlpEndpoint_ReceivesMetricsTracesAndLogs()
    {
        await using var collector = OtlpCollector.Start();
        await using (var node = await RunningNode.StartAsync(
            _folder.Path, ("Telemetry:OtlpEndpoint", collector.Address), ("Telemetry:OtlpProtocol", "http/protobuf")))
        {
            await node.SendAsync(Slices("1.2.9", "1.2.9.1", 1));
            await node.SettledAsync();
        }

        Assert.Superset(new HashSet<string> { "/v1/metrics", "/v1/traces" }, collector.Paths.Keys.ToHashSet());
        Assert.All(collector.Paths.Values, bytes => Assert.True(bytes > 0));
    }

    [Fact]
    public async Task Start_SiteKeyWasReplaced_RefusesInsteadOfGivingSecondPseudonyms()
    {
        await using (await RunningNode.StartAsync(_folder.Path))
        {
        }

        File.Delete(_folder["site.key"]);

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => RunningNode.StartAsync(_folder.Path));
        Assert.Contains("second pseudonym", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_HttpPortIsTaken_FailsAndLetsTheSpoolGo()
    {
        await using (var node = await RunningNode.StartAsync(_folder["first"]))
        {
            await Assert.ThrowsAnyAsync<IOException>(() =>
                RunningNode.StartAsync(_folder["second"], ("Console:Url", node.Http.ToString())));
        }

        await using var again = await RunningNode.StartAsync(_folder["second"]);
        Assert.NotNull(again.Node.Port);
    }

    [Fact]
    public async Task Start_BadProfile_IsAConfigurationError()
    {
        var error = await Assert.ThrowsAsync<ConfigurationException>(
            () => RunningNode.StartAsync(_folder.Path, ("Routes:0:Profile", "no-such-profile")));

        Assert.Equal("Defacer:Routes:0:Profile", Assert.Single(error.Errors).Path);
    }

    // Slices of something that fills the whole field of view evenly, so no head, from a patient with every kind of
    // name.
    internal static DicomFile[] Slices(string study, string series, int count, byte pixel = 7) =>
        [.. Enumerable.Range(1, count).Select(i =>
    {
        var d = new DicomDataset();
        d.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, TestInstances.MrImageStorage);
        d.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, $"{series}.{i}");
        d.AddOrUpdate(DicomTag.ImageType, DicomVR.CS, "ORIGINAL", "PRIMARY", "M");
        d.AddOrUpdate(DicomTag.StudyDate, DicomVR.DA, "20260101");
        d.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "MR");
        d.AddOrUpdate(DicomTag.AccessionNumber, DicomVR.SH, "ACC-0815");
        d.AddOrUpdate(DicomTag.ReferringPhysicianName, DicomVR.PN, "Dr Geheim");
        d.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, "Zufall^Zacharias");
        d.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, "PID-4711");
        d.AddOrUpdate(DicomTag.PatientBirthDate, DicomVR.DA, "19610203");
        d.AddOrUpdate(DicomTag.PatientSex, DicomVR.CS, "O");
        d.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, study);
        d.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, series);
        d.AddOrUpdate(DicomTag.FrameOfReferenceUID, DicomVR.UI, study + ".99");
        d.AddOrUpdate(DicomTag.InstanceNumber, DicomVR.IS, $"{i}");
        d.AddOrUpdate(DicomTag.ImagePositionPatient, DicomVR.DS, "0", "0", $"{i}");
        d.AddOrUpdate(DicomTag.ImageOrientationPatient, DicomVR.DS, "1", "0", "0", "0", "1", "0");
        d.AddOrUpdate(DicomTag.PixelSpacing, DicomVR.DS, "20", "20");
        d.AddOrUpdate(DicomTag.SliceThickness, DicomVR.DS, "1");
        d.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        d.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
        d.AddOrUpdateUS(DicomTag.Rows, 16);
        d.AddOrUpdateUS(DicomTag.Columns, 16);
        d.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        d.AddOrUpdateUS(DicomTag.BitsStored, 12);
        d.AddOrUpdateUS(DicomTag.HighBit, 11);
        d.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
        var pixels = new byte[16 * 16 * 2];
        pixels.AsSpan().Fill((byte)(pixel % 16));
        d.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, pixels));
        return new DicomFile(DicomFileMeta.Create(d, DicomTransferSyntax.ExplicitVRLittleEndian), d);
    })];
}
