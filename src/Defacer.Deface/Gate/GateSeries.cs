using Defacer.Dicom.Files;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Gate;

/// <summary>
/// What the gate is given about a series: what came, what was written and read again, and which voxels may differ.
/// </summary>
/// <param name="Originals">As they came.</param>
/// <param name="Outputs">As re-read from disk, in the same order; null where a file is missing or unreadable.</param>
/// <param name="Parts">The stacks with their masks.</param>
internal sealed record GateSeries(
    IReadOnlyList<DicomFile> Originals, IReadOnlyList<DicomFile?> Outputs, IReadOnlyList<GatePart> Parts);

/// <summary>One stack and which of its voxels may differ.</summary>
/// <param name="Stack">Built from the originals.</param>
/// <param name="Mask">What was to be removed.</param>
/// <param name="Protected">What the method promised not to touch; null where it gave no promise.</param>
internal sealed record GatePart(SeriesStack Stack, MaskVolume Mask, MaskVolume? Protected);
