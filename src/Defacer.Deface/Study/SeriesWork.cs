using System.Diagnostics.CodeAnalysis;
using Defacer.Deface.Gate;
using Defacer.Deface.Methods;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Study;

/// <summary>One series on its way through the stage.</summary>
internal sealed class SeriesWork
{
    internal required string SeriesInstanceUID { get; init; }

    internal required string Modality { get; init; }

    /// <summary>Indices in the study.</summary>
    internal required IReadOnlyList<int> Indices { get; init; }

    /// <summary>The instances, in the order of the indices.</summary>
    internal required IReadOnlyList<DicomFile> Files { get; init; }

    internal IReadOnlyList<StackWork> Stacks { get; private set; } = [];

    /// <summary>The end that is reached without a face having been removed.</summary>
    internal SeriesOutcome? Decided { get; set; }

    /// <summary>Whether it outlines the body or ends at its skin, and must wait for the images.</summary>
    internal bool IsOutline { get; private set; }

    internal Parked? Parked { get; set; }

    internal IReadOnlyList<GateFigure> Gate { get; set; } = [];

    internal string Method { get; set; } = string.Empty;

    internal int Rung { get; set; }

    /// <summary>The first rung whose gate passed; null while none has.</summary>
    internal int? PassedRung { get; set; }

    internal List<string> Warnings { get; } = [];

    internal Dictionary<string, TimeSpan> Times { get; } = new(StringComparer.Ordinal);

    /// <summary>Splits a study into its series.</summary>
    internal static IReadOnlyList<SeriesWork> Split(IReadOnlyList<DicomFile> instances) =>
    [
        .. instances.Index()
            .GroupBy(i => i.Item.Dataset.GetString(DicomTag.SeriesInstanceUID) ?? string.Empty, StringComparer.Ordinal)
            .Select(g => new SeriesWork
            {
                SeriesInstanceUID = g.Key,
                Modality = g.First().Item.Dataset.GetString(DicomTag.Modality) ?? string.Empty,
                Indices = [.. g.Select(i => i.Index)],
                Files = [.. g.Select(i => i.Item)],
            }),
    ];

    /// <summary>Builds the stacks, or decides at once what cannot be a volume.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever hostile headers do, the series is parked.")]
    internal void BuildStacks()
    {
        if (Files.All(f => ObjectKinds.ShowsNothing(f.Dataset.GetString(DicomTag.SOPClassUID)) && !HasPixels(f)))
        {
            Decided = SeriesOutcome.Passed;
            return;
        }

        if (Files.All(f => ObjectKinds.IsOutline(f.Dataset.GetString(DicomTag.SOPClassUID))))
        {
            IsOutline = true;
            return;
        }

        if (!ObjectKinds.IsKnownModality(Modality))
        {
            Park(ParkCause.UnsupportedObject, "No method treats this kind of object.", "Do not route this kind of object here, or reject the job.");
            return;
        }

        var volumes = SeriesVolumes.Build(Files);
        if (volumes.Problems.Count > 0)
        {
            Parked = SeriesProblems.ToParked(volumes.Problems);
            Decided = SeriesOutcome.Parked;
            return;
        }

        Stacks = [.. volumes.Stacks.Select(stack => new StackWork(stack))];
        Warnings.AddRange(volumes.Stacks.SelectMany(s => s.Warnings).Distinct(StringComparer.Ordinal));
    }

    internal void Park(ParkCause cause, string detail, string remedy)
    {
        Parked = new Parked(cause, detail, remedy);
        Decided = SeriesOutcome.Parked;
    }

    internal void Count(string stage, TimeSpan elapsed) => Times[stage] = Times.GetValueOrDefault(stage) + elapsed;

    private static bool HasPixels(DicomFile file) => file.Dataset.Contains(DicomTag.PixelData)
        || file.Dataset.Contains(DicomTag.FloatPixelData) || file.Dataset.Contains(DicomTag.DoubleFloatPixelData);
}

/// <summary>One stack of a series.</summary>
/// <param name="stack">The stack.</param>
internal sealed class StackWork(SeriesStack stack)
{
    internal SeriesStack Stack => stack;

    /// <summary>The voxels from finding to painting, where only one stack is at work; null elsewhere: they are read again.</summary>
    internal Volume? Volume { get; set; }

    /// <summary>What the method of the current rung found.</summary>
    internal DefaceFinding? Finding { get; set; }

    /// <summary>The union of the findings of every stack of the same frame of reference, on this grid.</summary>
    internal MaskVolume? Mask { get; set; }

    /// <summary>The mask with which it was written last.</summary>
    internal MaskVolume? Painted { get; set; }
}
