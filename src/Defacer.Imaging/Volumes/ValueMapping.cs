using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels;

namespace Defacer.Imaging.Volumes;

/// <summary>
/// From stored values to the unit of the modality, for one frame: value = stored × slope + intercept (PS3.3
/// §C.11.1).
/// </summary>
/// <param name="Slope">Never 0.</param>
/// <param name="Intercept">In the unit of the modality.</param>
public readonly record struct ValueMapping(double Slope, double Intercept)
{
    /// <summary>
    /// The mapping of a frame: Pixel Value Transformation of the frame, else Rescale of the instance, else as stored.
    /// MONOCHROME1 of a modality without a unit of its own is turned round within the range of stored values, so that
    /// air is dark whatever the display convention; CT and PT keep their unit.
    /// </summary>
    public static ValueMapping Of(DicomDataset dataset, int frame, PixelDescription description)
    {
        var attributes = new FrameAttributes(dataset, frame);
        var slope = attributes.Number(DicomTag.PixelValueTransformationSequence, DicomTag.RescaleSlope) ?? 1;
        var intercept = attributes.Number(DicomTag.PixelValueTransformationSequence, DicomTag.RescaleIntercept) ?? 0;

        // A slope of 0 or no number would make every voxel the same; writers that fill in zeros mean "as stored".
        slope = double.IsFinite(slope) && slope != 0 ? slope : 1;
        intercept = double.IsFinite(intercept) ? intercept : 0;
        var hasUnit = dataset.GetString(DicomTag.Modality) is "CT" or "PT";
        if (description.PhotometricInterpretation != "MONOCHROME1" || hasUnit)
        {
            return new ValueMapping(slope, intercept);
        }

        var values = new StoredValues(description);
        return new ValueMapping(-slope, ((values.Minimum + values.Maximum) * slope) + intercept);
    }

    /// <summary>The stored value nearest to a value, within what can be stored.</summary>
    public long ToStored(double value, StoredValues range) =>
        (long)Math.Clamp(Math.Round((value - Intercept) / Slope), range.Minimum, range.Maximum);
}
