using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Volumes;

/// <summary>A frame with its place in the patient, on its way into a stack.</summary>
internal sealed class StackFrame
{
    // 0.1 degree: 0.4 mm at the end of a row of 256 mm. Rounding of decimal strings stays far below, planes of a
    // localiser far above.
    private const double DirectionTolerance = 0.1 * Math.PI / 180;
    private const double SpacingTolerance = 0.005;

    internal required FrameLocation Location { get; init; }

    internal required FrameAttributes Attributes { get; init; }

    internal required Vector3 Origin { get; init; }

    internal required Vector3 ColumnStep { get; init; }

    internal required Vector3 RowStep { get; init; }

    internal required int Rows { get; init; }

    internal required int Columns { get; init; }

    internal required string Modality { get; init; }

    internal required string SeriesInstanceUID { get; init; }

    internal required string? FrameOfReferenceUID { get; init; }

    /// <summary>
    /// Stack ID of the frame's content: what it separates is separate by definition (PS3.3 §C.7.6.16.2.2).
    /// </summary>
    internal required string? StackId { get; init; }

    /// <summary>(0020,0013).</summary>
    internal required int? InstanceNumber { get; init; }

    /// <summary>
    /// What counts slices along the stack: Instance Number of single frames, In-Stack Position Number of others.
    /// </summary>
    internal required int? PositionNumber { get; init; }

    /// <summary>Height along the normal of the group, mm; set once the group is known.</summary>
    internal double Height { get; set; }

    /// <summary>Index of the position along the normal; frames at the same position share it.</summary>
    internal int Position { get; set; }

    /// <summary>
    /// Whether both can be slices of one grid: same size, spacing, orientation, frame of reference and stack.
    /// </summary>
    internal bool IsOnSameGrid(StackFrame other) =>
        Rows == other.Rows && Columns == other.Columns
        && SeriesInstanceUID == other.SeriesInstanceUID && FrameOfReferenceUID == other.FrameOfReferenceUID
        && StackId == other.StackId && Modality == other.Modality
        && IsSameStep(ColumnStep, other.ColumnStep) && IsSameStep(RowStep, other.RowStep);

    private static bool IsSameStep(Vector3 a, Vector3 b) =>
        Math.Abs(a.Length - b.Length) <= SpacingTolerance * a.Length
        && (a.Normalized - b.Normalized).Length <= DirectionTolerance;
}
