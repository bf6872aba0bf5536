using System.Text.Json;
using System.Text.Json.Serialization;
using Defacer.Imaging;

namespace Defacer.Spool;

/// <summary>
/// <c>report.json</c> of a job: what came, what was done, every figure with its threshold, how it ended. No patient
/// data beyond the pseudonym.
/// </summary>
public sealed record JobReport
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>The route.</summary>
    public required string Route { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Program { get; init; }

    /// <summary>
    /// The state that the run ended in, or a later one: forwarding, awaiting-approval, done, parked, rejected.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Why it may not leave; null when it may.</summary>
    public Parked? Parked { get; init; }

    /// <summary>The pseudonym of the patient; null when nothing was de-identified.</summary>
    public string? Pseudonym { get; init; }

    /// <summary>Why the study was taken as complete.</summary>
    public string Evidence { get; init; } = string.Empty;

    /// <summary>First arrival.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>End of the run.</summary>
    public DateTimeOffset FinishedAt { get; init; }

    /// <summary>Instances received for the job so far.</summary>
    public int InstancesIn { get; init; }

    /// <summary>Verified outputs so far.</summary>
    public int InstancesOut { get; init; }

    /// <summary>Defacing method and fill that the route asks for.</summary>
    public string Method { get; init; } = string.Empty;

    /// <summary>The profile.</summary>
    public string Profile { get; init; } = string.Empty;

    /// <summary>Names the site key without revealing it.</summary>
    public string? SiteKey { get; init; }

    /// <summary>Every series; those of an earlier run that were not touched again stay as they were.</summary>
    public IReadOnlyList<SeriesReport> Series { get; init; } = [];

    /// <summary>What the verifier measured, over all outputs of the run.</summary>
    public VerifierReport? Verifier { get; init; }

    /// <summary>Seconds by stage.</summary>
    public IReadOnlyDictionary<string, double> Timings { get; init; } = new Dictionary<string, double>(
        StringComparer.Ordinal);

    /// <summary>Confirmations by destination; filled when the job is settled.</summary>
    public IReadOnlyList<DestinationReport> Destinations { get; init; } = [];

    /// <summary>The report as it is stored.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <summary>Reads a report; null when there is none or it cannot be read.</summary>
    public static JobReport? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<JobReport>(File.ReadAllBytes(path), s_json);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // A report only informs; the job is decided by ledger and files.
            return null;
        }
    }
}

/// <summary>What was done to a series.</summary>
public sealed record SeriesReport
{
    /// <summary>The new Series Instance UID: what the receiver sees.</summary>
    public required string Series { get; init; }

    /// <summary>Modality.</summary>
    public required string Modality { get; init; }

    /// <summary>Instances received.</summary>
    public int InstancesIn { get; init; }

    /// <summary>Outputs.</summary>
    public int InstancesOut { get; init; }

    /// <summary>Defaced, Passed, NothingToRemove or Parked.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why it is parked; null otherwise.</summary>
    public Parked? Parked { get; init; }

    /// <summary>Slice plane.</summary>
    public string Orientation { get; init; } = string.Empty;

    /// <summary>The method whose mask was used.</summary>
    public string Method { get; init; } = string.Empty;

    /// <summary>Rung of the ladder.</summary>
    public int Rung { get; init; }

    /// <summary>The fill used.</summary>
    public string Fill { get; init; } = string.Empty;

    /// <summary>What was found about the head, with its figures.</summary>
    public object? Head { get; init; }

    /// <summary>Every figure of the gate.</summary>
    public IReadOnlyList<FigureReport> Gate { get; init; } = [];

    /// <summary>Remarks.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Seconds by step.</summary>
    public IReadOnlyDictionary<string, double> Timings { get; init; } = new Dictionary<string, double>(
        StringComparer.Ordinal);
}

/// <summary>A figure with its threshold.</summary>
public sealed record FigureReport(string Name, double? Value, double Threshold, bool Passed, string Unit);

/// <summary>What the verifier measured.</summary>
public sealed record VerifierReport(int Files, int FilesPassed, long BytesSearched, long ValuesSearched,
    int StringsSearched, IReadOnlyList<string> Findings);

/// <summary>Confirmations of a destination.</summary>
public sealed record DestinationReport(string Destination, int Delivered, int Held, int Pending);
