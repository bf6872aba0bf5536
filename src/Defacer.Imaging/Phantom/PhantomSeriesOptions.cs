namespace Defacer.Imaging.Phantom;

/// <summary>How a phantom is written as a series.</summary>
public sealed record PhantomSeriesOptions
{
    /// <summary>Which head is scanned, and how.</summary>
    public PhantomOptions Scan { get; init; } = new();

    /// <summary>
    /// Number of the study of this patient (the patient follows from the seed). Series of one study share the frame of
    /// reference: the head lies still.
    /// </summary>
    public int StudyNumber { get; init; } = 1;

    /// <summary>Number of the series in the study.</summary>
    public int SeriesNumber { get; init; } = 1;

    /// <summary>Series Description.</summary>
    public string Description { get; init; } = "PHANTOM HEAD";

    /// <summary>Whether the truth is written beside the series: face.nii.gz and brain.nii.gz.</summary>
    public bool Truth { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Files">One a slice, in slice order.</param>
/// <param name="FaceTruth">NIfTI of face (1) and ears (2); null when not asked for.</param>
/// <param name="BrainTruth">NIfTI of the brain (1); null when not asked for.</param>
/// <param name="Head">The same in memory.</param>
public sealed record PhantomSeriesFiles(
    IReadOnlyList<string> Files, string? FaceTruth, string? BrainTruth, PhantomHead Head);
