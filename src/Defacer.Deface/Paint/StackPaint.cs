using Defacer.Deface.Fill;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Paint;

/// <summary>What is to be painted into one stack.</summary>
/// <param name="Stack">The stack.</param>
/// <param name="Mask">Which of its voxels.</param>
/// <param name="Values">What with.</param>
internal sealed record StackPaint(SeriesStack Stack, MaskVolume Mask, IFillValues Values);
