namespace Defacer.Spool;

// Folders of jobs as a whole. The caller holds the job's lock.
public sealed partial class SpoolStore
{
    /// <summary>
    /// Puts the job's folder under <c>parked/</c>. The ledger's state decides, the place only shows it: a folder that
    /// cannot be moved stays.
    /// </summary>
    public void MoveToParked(string jobId) =>
        MoveFolder(Path.Combine(Folders.Jobs, jobId), Path.Combine(Folders.Parked, jobId));

    /// <summary>Puts the job's folder back under <c>jobs/</c>.</summary>
    public void MoveToJobs(string jobId) =>
        MoveFolder(Path.Combine(Folders.Parked, jobId), Path.Combine(Folders.Jobs, jobId));

    /// <summary>Removes originals, outputs and pictures of a finished job; its report stays.</summary>
    public void Clean(string jobId)
    {
        foreach (var folder in new[] { Folders.Originals(jobId), Folders.Outputs(jobId), Folders.Work(jobId),
            Folders.Renders(jobId) })
        {
            Delete(folder);
        }
    }

    /// <summary>Removes what a run of the job wrote and nobody verified.</summary>
    public void DeleteWork(string jobId) => Delete(Folders.Work(jobId));

    /// <summary>Writes a file of a job so that it is whole or absent after a crash.</summary>
    public void WriteDurably(string path, ReadOnlySpan<byte> bytes)
    {
        var partial = path + ".part";
        File.WriteAllBytes(partial, bytes);
        _disk.FlushFile(partial);
        File.Move(partial, path, overwrite: true);
        _disk.FlushFolder(Path.GetDirectoryName(path)!);
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void MoveFolder(string from, string to)
    {
        if (!Directory.Exists(from) || Directory.Exists(to))
        {
            return;
        }

        try
        {
            Directory.Move(from, to);
            _disk.FlushFolder(Folders.Jobs);
            _disk.FlushFolder(Folders.Parked);
        }
        catch (IOException e)
        {
            _log.LogWarning(e,
                "The folder of job {Job} is open elsewhere and stays where it is; the job's state is not affected.",
                jobId(from));
        }

        static string jobId(string path) => Path.GetFileName(path);
    }
}
