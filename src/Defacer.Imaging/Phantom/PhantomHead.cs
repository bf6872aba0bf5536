using Defacer.Imaging.Volumes;

namespace Defacer.Imaging.Phantom;

/// <summary>A scanned phantom and the truth about it, all on the same slices.</summary>
/// <param name="Image">T1-weighted MR in arbitrary units, or CT in HU.</param>
/// <param name="Face">Face (1) and ears (2): the skin there and what lies up to 10 mm below.</param>
/// <param name="Brain">1 in the brain: cerebrum with its folds and ventricles, cerebellum, stem.</param>
/// <param name="Parameters">The shape of the head.</param>
public sealed record PhantomHead(Volume Image, MaskVolume Face, MaskVolume Brain, HeadParameters Parameters)
{
    /// <summary>Scans a phantom.</summary>
    /// <param name="options">Which head, and how.</param>
    /// <param name="ct">Looked at once a slice.</param>
    public static PhantomHead Create(PhantomOptions options, CancellationToken ct)
    {
        if (options.Modality is not ("MR" or "CT"))
        {
            throw new ArgumentException(
                $"The phantom is scanned by MR or CT, not {options.Modality}.", nameof(options));
        }

        return new PhantomScanner(options).Scan(ct);
    }
}
