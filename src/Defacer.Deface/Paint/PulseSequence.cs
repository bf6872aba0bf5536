using Defacer.Dicom.Data;

namespace Defacer.Deface.Paint;

/// <summary>
/// The MR Pulse Sequence module of enhanced MR (PS3.3 §C.8.13.4): its conditional attributes belong to objects whose
/// Image Type begins with ORIGINAL or MIXED, and make a DERIVED one invalid.
/// </summary>
internal static class PulseSequence
{
    private static readonly DicomTag[] s_conditional =
    [
        DicomTag.MRAcquisitionType, DicomTag.PulseSequenceName, DicomTag.EchoPulseSequence, DicomTag.MultiPlanarExcitation,
        DicomTag.PhaseContrast, DicomTag.TimeOfFlightContrast, DicomTag.SteadyStatePulseSequence,
        DicomTag.EchoPlanarPulseSequence, DicomTag.SaturationRecovery, DicomTag.SpectrallySelectedSuppression,
        DicomTag.OversamplingPhase, DicomTag.GeometryOfKSpaceTraversal, DicomTag.RectilinearPhaseEncodeReordering,
        DicomTag.SegmentedKSpaceTraversal, DicomTag.CoverageOfKSpace, DicomTag.NumberOfKSpaceTrajectories,
    ];

    /// <summary>Removes them from an enhanced MR image; other objects keep theirs.</summary>
    internal static void RemoveFrom(DicomDataset dataset)
    {
        if (dataset.GetString(DicomTag.SOPClassUID) == DicomUID.EnhancedMRImageStorage.UID)
        {
            dataset.RemoveAll(item => s_conditional.Contains(item.Tag));
        }
    }
}
