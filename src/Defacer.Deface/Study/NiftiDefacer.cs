using Defacer.Deface.Fill;
using Defacer.Deface.Gate;
using Defacer.Deface.Methods;
using Defacer.Imaging;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Study;

/// <summary>
/// The stage for one NIfTI file: the same methods, ladder, fills and checks of voxels; header and every voxel outside the
/// mask stay byte for byte. Several volumes of a file share the mask of the first that shows a head.
/// </summary>
/// <param name="time">For the timings of the report.</param>
public sealed class NiftiDefacer(TimeProvider time)
{
    // Volumes that are looked at before the rest is taken to show the same.
    private const int MostLooks = 3;

    /// <summary>Treats a file.</summary>
    /// <param name="input">As it came.</param>
    /// <param name="modality">MR, CT or PT: NIfTI does not say.</param>
    /// <param name="options">Method, fill, policy.</param>
    /// <param name="write">Stores a candidate and gives it back as read again.</param>
    /// <param name="cancellationToken">Looked at between and inside steps.</param>
    public SeriesDefacement Run(
        NiftiFile input, string modality, DefaceOptions options, Func<NiftiFile, NiftiFile> write, CancellationToken cancellationToken)
    {
        var result = new SeriesDefacement
        {
            SeriesInstanceUID = string.Empty,
            Modality = modality,
            Instances = [0],
            Outcome = SeriesOutcome.Parked,
            Fill = options.Fill,
        };
        var fill = Fills.Find(options.Fill) ?? throw new ArgumentException($"There is no fill '{options.Fill}'.", nameof(options));
        var rungs = Ladder.For(options.Method, options.Networks);
        for (var number = 0; number < rungs.Count; number++)
        {
            var rung = rungs[number];
            var start = time.GetTimestamp();
            var finding = Find(input, modality, rung, cancellationToken);
            var found = time.GetElapsedTime(start);
            result = result with { Head = finding.Head, Method = rung.Method.Name, Rung = number };
            if (finding.Mask is not { } mask)
            {
                return WithoutFace(result, finding.Head.Verdict, options.NotAHead);
            }

            start = time.GetTimestamp();
            var output = write(Paint(input, mask, modality, fill));
            var painted = time.GetElapsedTime(start);
            start = time.GetTimestamp();
            var gate = Check(input, output, modality, mask, finding.Protected, cancellationToken);
            result = result with
            {
                Gate = gate,
                Masks = [new StackMask(string.Empty, mask)],
                Timings = [new("find", found), new("paint", painted), new("gate", time.GetElapsedTime(start))],
            };
            if (gate.All(f => f.Passed))
            {
                return result with { Outcome = SeriesOutcome.Defaced };
            }
        }

        var failed = string.Join(", ", result.Gate.Where(f => !f.Passed).Select(f => f.Name).Distinct(StringComparer.Ordinal));
        return result with
        {
            Parked = new Parked(ParkCause.GateFailed, $"The gate failed on every rung: {failed}.", "Look at the pictures; deface by hand."),
        };
    }

    private static DefaceFinding Find(NiftiFile input, string modality, LadderRung rung, CancellationToken cancellationToken)
    {
        DefaceFinding? first = null;
        for (var volume = 0; volume < Math.Min(MostLooks, input.Volumes); volume++)
        {
            var finding = rung.Method.Find(input.ToVolume(volume, modality), rung.Margins, cancellationToken);
            if (finding.Mask is not null)
            {
                return finding;
            }

            first ??= finding;
        }

        return first!;
    }

    private static NiftiFile Paint(NiftiFile input, MaskVolume mask, string modality, IFill fill)
    {
        var output = input.Copy();
        for (var volume = 0; volume < input.Volumes; volume++)
        {
            // The seed need only be the same at each run and another for each volume.
            var values = fill.Prepare(input.ToVolume(volume, modality), mask, (ulong)mask.Labels.Length + (ulong)volume);
            for (var i = 0; i < mask.Labels.Length; i++)
            {
                if (mask.Labels[i] != MaskVolume.Keep)
                {
                    output.Store(volume, i, values.At(i));
                }
            }
        }

        return output;
    }

    private static List<GateFigure> Check(
        NiftiFile input, NiftiFile output, string modality, MaskVolume mask, MaskVolume? kept, CancellationToken cancellationToken)
    {
        var figures = new List<GateFigure> { GateFigure.AtMost("outside-changed", NiftiDifference.Outside(input, output, mask), 0, "voxels") };
        if (!figures[0].Passed)
        {
            return figures;
        }

        for (var volume = 0; volume < input.Volumes; volume++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var stack = new SeriesStack(mask.Geometry, [], modality, null, string.Empty, input.Volumes > 1 ? $"volume {volume + 1}" : string.Empty, []);
            figures.AddRange(QualityGate.RunOnVolumes(
                new GatePart(stack, mask, kept), () => (input.ToVolume(volume, modality), output.ToVolume(volume, modality)), cancellationToken));
        }

        return figures;
    }

    private static SeriesDefacement WithoutFace(SeriesDefacement result, HeadVerdict verdict, NotAHeadPolicy policy)
    {
        if (verdict is HeadVerdict.Undecided or HeadVerdict.Head)
        {
            return result with
            {
                Parked = new Parked(
                    ParkCause.DefacingFailed, "No face can be found or ruled out.", "Look at the file; treat it by hand."),
            };
        }

        var isHead = verdict == HeadVerdict.NoFaceInView;
        if (policy == NotAHeadPolicy.Pass)
        {
            return result with { Outcome = isHead ? SeriesOutcome.NothingToRemove : SeriesOutcome.Passed, Method = string.Empty, Fill = string.Empty };
        }

        return result with
        {
            Parked = new Parked(
                isHead ? ParkCause.NoFaceInView : ParkCause.NotAHead,
                isHead ? "The file shows a head without a face in view." : "The file shows no head.",
                "Use --pass-other to let it pass."),
        };
    }
}
