using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Volumes;

/// <summary>Slices that form one volume, sorted along the normal.</summary>
/// <param name="Geometry">Where the voxels lie; slices rise along <see cref="VolumeGeometry.Normal"/>.</param>
/// <param name="Frames">The frame of each slice, in slice order.</param>
/// <param name="Modality">(0008,0060).</param>
/// <param name="FrameOfReferenceUID">Null where absent.</param>
/// <param name="SeriesInstanceUID">Empty where absent.</param>
/// <param name="Key">
/// What separates it from other stacks of the series: echo, temporal position, plane; empty for the only one.
/// </param>
/// <param name="Warnings">What is unusual but kept as it is: gantry tilt, uneven distances.</param>
public sealed record SeriesStack(
    VolumeGeometry Geometry,
    IReadOnlyList<FrameLocation> Frames,
    string Modality,
    string? FrameOfReferenceUID,
    string SeriesInstanceUID,
    string Key,
    IReadOnlyList<string> Warnings);
