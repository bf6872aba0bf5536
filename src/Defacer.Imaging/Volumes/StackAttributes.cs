using System.Globalization;
using Defacer.Dicom.Data;

namespace Defacer.Imaging.Volumes;

/// <summary>An attribute that may tell volumes at the same positions apart.</summary>
/// <param name="Name">As it appears in <see cref="SeriesStack.Key"/>.</param>
/// <param name="Value">Its value for a frame, or null.</param>
internal sealed record StackAttribute(string Name, Func<StackFrame, string?> Value)
{
    /// <summary>All of them, those whose meaning is "another volume" before those that merely differ.</summary>
    internal static IReadOnlyList<StackAttribute> All { get; } =
    [
        new("ImageType", ImageType),
        new("Echo", f => Text(f, DicomTag.MREchoSequence, DicomTag.EffectiveEchoTime)
            ?? f.Attributes.Text(DicomTag.EchoTime) ?? f.Attributes.Text(DicomTag.EchoNumbers)),
        new("TemporalPosition", f => Text(f, DicomTag.FrameContentSequence, DicomTag.TemporalPositionIndex)
            ?? f.Attributes.Text(DicomTag.TemporalPositionIdentifier)),
        new("DiffusionBValue", f => Text(f, DicomTag.MRDiffusionSequence, DicomTag.DiffusionBValue)),
        new("DiffusionDirection", DiffusionDirection),
        new("InversionTime", f => f.Attributes.Text(DicomTag.InversionTime)),
        new("FlipAngle", f => Text(f, DicomTag.MRTimingAndRelatedParametersSequence, DicomTag.FlipAngle)),
        new("CardiacPhase", CardiacPhase),
        new("FrameReferenceTime", f => f.Attributes.Text(DicomTag.FrameReferenceTime)),
        new("AcquisitionNumber", f => Text(f, DicomTag.FrameContentSequence, DicomTag.FrameAcquisitionNumber)
            ?? f.Attributes.Text(DicomTag.AcquisitionNumber)),
        new("AcquisitionTime", f => Text(f, DicomTag.FrameContentSequence, DicomTag.FrameAcquisitionDateTime)
            ?? f.Attributes.Text(DicomTag.AcquisitionTime)),
        new("ConvolutionKernel", f => f.Attributes.Text(DicomTag.ConvolutionKernel)),
        new("KVP", f => f.Attributes.Text(DicomTag.KVP)),
        new("SliceThickness", f => Text(f, DicomTag.PixelMeasuresSequence, DicomTag.SliceThickness)),
        new("InPlanePosition", InPlanePosition),
        new("Instance", MultiFrameInstance),
    ];

    private static string? Text(StackFrame frame, DicomTag group, DicomTag attribute) =>
        frame.Attributes.Text(group, attribute);

    private static string? CardiacPhase(StackFrame frame) =>
        Text(frame, DicomTag.CardiacSynchronizationSequence, DicomTag.NominalCardiacTriggerDelayTime)
        ?? frame.Attributes.Text(DicomTag.TriggerTime);

    // Frame Type of the modality's own group, else Image Type, and magnitude, phase, real, imaginary.
    private static string? ImageType(StackFrame frame)
    {
        foreach (var group in (ReadOnlySpan<DicomTag>)
            [DicomTag.MRImageFrameTypeSequence, DicomTag.CTImageFrameTypeSequence, DicomTag.PETFrameTypeSequence])
        {
            if (frame.Attributes.Group(group) is { } item)
            {
                var type = string.Join('\\', item.GetStrings(DicomTag.FrameType));
                return $"{type}/{item.GetString(DicomTag.ComplexImageComponent)}";
            }
        }

        return frame.Attributes.Text(DicomTag.ImageType);
    }

    private static string? DiffusionDirection(StackFrame frame)
    {
        if (frame.Attributes.Group(DicomTag.MRDiffusionSequence) is { } item)
        {
            var direction = item.GetItems(DicomTag.DiffusionGradientDirectionSequence) is [var first, ..]
                ? string.Join('\\', first.GetStrings(DicomTag.DiffusionGradientOrientation))
                : string.Empty;
            return $"{item.GetString(DicomTag.DiffusionDirectionality)}/{direction}";
        }

        return frame.Attributes.Text(DicomTag.DiffusionGradientOrientation);
    }

    // One volume an instance; single frames would each be a volume of their own.
    private static string? MultiFrameInstance(StackFrame frame) =>
        frame.Attributes.Group(DicomTag.PlanePositionSequence) is not null
            ? frame.Location.Instance.ToString(CultureInfo.InvariantCulture)
            : null;

    // To a mm: two fields of view side by side are far apart.
    private static string InPlanePosition(StackFrame frame)
    {
        var (column, row) = (frame.Origin.Dot(frame.ColumnStep.Normalized), frame.Origin.Dot(frame.RowStep.Normalized));
        return string.Create(CultureInfo.InvariantCulture, $"{column:0}\\{row:0}");
    }
}
