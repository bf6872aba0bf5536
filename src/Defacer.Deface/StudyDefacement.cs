using Defacer.Deface.Gate;
using Defacer.Deface.Methods;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface;

/// <summary>How the defacing of a series ended.</summary>
public enum SeriesOutcome
{
    /// <summary>A face was removed, and every check of the gate passed on the written files.</summary>
    Defaced,

    /// <summary>No head, and the route passes such series; or an object without pixels. Written as it came.</summary>
    Passed,

    /// <summary>A head without a face in view, and the route passes such series. Written as it came.</summary>
    NothingToRemove,

    /// <summary>Nothing of the series may leave; files already written for it are to be thrown away.</summary>
    Parked,
}

/// <summary>One instance, ready for its headers and the disk.</summary>
/// <param name="Index">Index in the list given.</param>
/// <param name="Original">As it came.</param>
/// <param name="Painted">With the face removed from the pixels; the original itself where nothing was removed.</param>
/// <param name="Outcome">What is being done to its series; the final word is in the <see
/// cref="StudyDefacement"/>.</param>
/// <param name="FaceRemoved">Whether a method removed the face from this series, so that its files may say so.</param>
public sealed record DefacedInstance(int Index, DicomFile Original, DicomFile Painted, SeriesOutcome Outcome, bool FaceRemoved);

/// <summary>What was done to a study.</summary>
/// <param name="Series">One entry a series, in the order of first appearance.</param>
public sealed record StudyDefacement(IReadOnlyList<SeriesDefacement> Series);

/// <summary>
/// What was done to one series, for report and metrics. Holds no patient data but the series UID it came with.
/// </summary>
public sealed record SeriesDefacement
{
    /// <summary>Series Instance UID as it came.</summary>
    public required string SeriesInstanceUID { get; init; }

    /// <summary>Modality.</summary>
    public required string Modality { get; init; }

    /// <summary>Indices of its instances in the list given.</summary>
    public required IReadOnlyList<int> Instances { get; init; }

    /// <summary>How it ended.</summary>
    public required SeriesOutcome Outcome { get; init; }

    /// <summary>Why it is parked; null otherwise.</summary>
    public Parked? Parked { get; init; }

    /// <summary>
    /// Slice plane: axial, sagittal, coronal, with "oblique" where the plane is more than 5 degrees off.
    /// </summary>
    public string Orientation { get; init; } = string.Empty;

    /// <summary>The method whose mask was used; empty where none was.</summary>
    public string Method { get; init; } = string.Empty;

    /// <summary>The rung of the ladder that passed, from 0; the last one tried where none passed.</summary>
    public int Rung { get; init; }

    /// <summary>The fill used; empty where none was.</summary>
    public string Fill { get; init; } = string.Empty;

    /// <summary>The evidence about the first stack; null when it was never judged.</summary>
    public HeadEvidence? Head { get; init; }

    /// <summary>The figures of the gate on the rung taken, every stack's.</summary>
    public IReadOnlyList<GateFigure> Gate { get; init; } = [];

    /// <summary>What the volume builder and the method had to say.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Time spent, by stage.</summary>
    public IReadOnlyList<StageTime> Timings { get; init; } = [];

    /// <summary>The masks by stack, where <see cref="DefaceOptions.Render"/> asked for them.</summary>
    public IReadOnlyList<StackMask> Masks { get; init; } = [];
}

/// <summary>Time spent in a stage.</summary>
/// <param name="Stage">load, find, paint, write, gate.</param>
/// <param name="Elapsed">The time.</param>
public sealed record StageTime(string Stage, TimeSpan Elapsed);

/// <summary>What was removed from a stack.</summary>
/// <param name="Key">What separates the stack from the others of its series; empty for the only one.</param>
/// <param name="Mask">The mask on the grid of the stack.</param>
public sealed record StackMask(string Key, MaskVolume Mask);
