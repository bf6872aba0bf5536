using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Defacer.Deidentify;
using Defacer.Deidentify.Verify;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;

namespace Defacer.Cli;

/// <summary>
/// One run of <c>defacer deidentify</c>, in two passes on all cores: first every header is read, so that each study is
/// known as a whole; then each file is de-identified, written, read back and searched for what its study knew.
/// </summary>
internal sealed class DeidentifyRun
{
    // Headers of more files are not kept between the passes but read again: memory must not grow with the folder.
    private const int MaxKeptHeaders = 2000;
    private readonly string _input;
    private readonly string _output;
    private readonly bool _isFile;
    private readonly ReferenceCheck _references = new();
    private readonly ConcurrentDictionary<string, Study> _studies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _renamed = new(StringComparer.Ordinal);

    internal DeidentifyRun(string input, string output)
    {
        // Full paths: a relative one asks the system for the working folder at each use.
        _input = Path.GetFullPath(input);
        _output = Path.GetFullPath(output);
        _isFile = File.Exists(_input);
    }

    /// <summary>Runs both passes. The engine is asked for after the first: what it loads is loaded meanwhile.</summary>
    internal IReadOnlyList<FileResult> Execute(
        IReadOnlyList<string> files, Func<Deidentifier> engine, Action<int, int> progress, CancellationToken cancellationToken)
    {
        var loading = Task.Run(engine, cancellationToken);
        var sources = ReadHeaders(files, cancellationToken);
        foreach (var source in sources.Where(s => s.Study is not null))
        {
            source.Study!.Sources.Add(source);
        }

        // A wrong profile or key is told as it is, not wrapped by the task.
        var deidentifier = loading.GetAwaiter().GetResult();
        var retained = RetainedIdentities.FromOptions(deidentifier.Options);
        foreach (var study in _studies.Values)
        {
            study.Complete(deidentifier, retained);
        }

        var results = new FileResult[sources.Length];
        var done = 0;
        try
        {
            Parallel.For(0, sources.Length, Options(cancellationToken), i =>
            {
                results[i] = Treat(deidentifier, sources[i], cancellationToken);
                progress(Interlocked.Increment(ref done), sources.Length);
            });
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        return results;
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) => new()
    {
        CancellationToken = cancellationToken,
        MaxDegreeOfParallelism = Environment.ProcessorCount,
    };

    private Source[] ReadHeaders(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var sources = new Source[files.Count];
        Parallel.For(
            0,
            files.Count,
            Options(cancellationToken),
            () => new Dictionary<Study, IdentityCollector>(),
            (i, _, collectors) =>
            {
                sources[i] = ReadHeader(files[i], i < MaxKeptHeaders, collectors);
                return collectors;
            },
            collectors =>
            {
                foreach (var (study, collector) in collectors)
                {
                    study.Absorb(collector);
                }
            });
        return sources;
    }

    private Source ReadHeader(string path, bool keep, Dictionary<Study, IdentityCollector> collectors)
    {
        try
        {
            var file = DicomFile.Open(path);
            var study = _studies.GetOrAdd(file.Dataset.GetString(DicomTag.StudyInstanceUID) ?? string.Empty, _ => new Study());
            if (!collectors.TryGetValue(study, out var collector))
            {
                collectors[study] = collector = new IdentityCollector();
            }

            collector.Add(file);
            return new Source(path, study, keep ? file : null, null);
        }
        catch (IOException exception)
        {
            return new Source(path, null, null, exception.Message);
        }
    }

    private FileResult Treat(Deidentifier engine, Source source, CancellationToken cancellationToken)
    {
        if (source.Study is null)
        {
            return Unreadable(source.Path, source.Reason!);
        }

        DicomFile file;
        try
        {
            file = source.Open();
        }
        catch (IOException exception)
        {
            return Unreadable(source.Path, exception.Message);
        }

        // A disk that cannot be written to ends the run: no file of it would fare better.
        var result = engine.Apply(file, faceRemoved: false, source.Study.Knowledge, cancellationToken);
        return result.Output is { } output
            ? Write(source, file, output, cancellationToken)
            : new FileResult(source.Path, null, result.Parked);
    }

    private static FileResult Unreadable(string path, string reason) =>
        new(path, null, new Parked(ParkCause.Unreadable, reason, "Send it again, or leave it out."));

    // Under its name only once the verifier has passed it.
    private FileResult Write(Source source, DicomFile original, DicomFile output, CancellationToken cancellationToken)
    {
        var target = Target(source, output);
        var temporary = target + ".unchecked";
        var passed = false;
        try
        {
            Save(output, temporary);
            var verdict = OutputVerifier.Check(temporary, source.Study!.Identities, original, _references, cancellationToken);
            if (verdict.Parked is { } parked)
            {
                return new FileResult(source.Path, null, parked);
            }

            File.Move(temporary, target, overwrite: true);
            passed = true;
            return new FileResult(source.Path, target, null);
        }
        finally
        {
            if (!passed)
            {
                File.Delete(temporary);
            }
        }
    }

    // Made new, never truncated: ext4 starts to write a truncated file back at its close, and the run would wait for the disk.
    private static void Save(DicomFile output, string path)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }
        catch (IOException exception) when (exception is DirectoryNotFoundException || File.Exists(path))
        {
            // Another thread may make the folder at the same time; what a run that was cut off left is no output.
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Delete(path);
            stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }

        using (stream)
        {
            output.Save(stream);
        }
    }

    // The same relative path, unless it names the patient or holds an original UID.
    private string Target(Source source, DicomFile output)
    {
        if (_isFile)
        {
            return _output;
        }

        // Paths below the input, as InputFiles gives them: plain text, for the general way asks the system each time.
        var relative = source.Path[(_input.Length + (Path.EndsInDirectorySeparator(_input) ? 0 : 1))..];
        if (!source.Study!.Identities.IsNamedIn(relative))
        {
            return Path.Combine(_output, relative);
        }

        var series = output.Dataset.GetString(DicomTag.SeriesInstanceUID) ?? "series";
        var name = Path.Combine(_output, series, output.Dataset.GetString(DicomTag.SOPInstanceUID)!);
        var unique = name;
        for (var copy = 2; !_renamed.TryAdd(unique, 0); copy++)
        {
            unique = $"{name}-{copy}";
        }

        return unique + ".dcm";
    }

    /// <summary>What became of a file.</summary>
    /// <param name="Input">Its path.</param>
    /// <param name="Output">Where the output is; null when there is none.</param>
    /// <param name="Parked">Why there is none.</param>
    internal sealed record FileResult(string Input, string? Output, Parked? Parked);

    private sealed record Source(string Path, Study? Study, DicomFile? File, string? Reason)
    {
        internal DicomFile Open() => File ?? DicomFile.Open(Path);
    }

    // What a study knows; collected by several threads, complete before the second pass.
    private sealed class Study
    {
        private readonly IdentityCollector _collector = new();
        private Lazy<IdentitySet>? _identities;
        private Lazy<StudyKnowledge>? _knowledge;

        internal List<Source> Sources { get; } = [];

        // Both are built when the first file of the study needs them, so that several studies are built at once.
        internal IdentitySet Identities => _identities!.Value;

        internal StudyKnowledge Knowledge => _knowledge!.Value;

        internal void Absorb(IdentityCollector collector)
        {
            lock (_collector)
            {
                _collector.Absorb(collector);
            }
        }

        internal void Complete(Deidentifier engine, RetainedIdentity retained)
        {
            _identities = new(() => _collector.Complete(retained));
            _knowledge = new(() => engine.Know(Sources.Select(s => s.Open())));
        }
    }
}
