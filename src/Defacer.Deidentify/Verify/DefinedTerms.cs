
namespace Defacer.Deidentify.Verify;

/// <summary>
/// Terms of coded strings (PS3.3) that are also words or names: a patient may be called HEAD or HFS, and Body Part
/// Examined may say so all the same. What is not here and equals a name counts as the name.
/// </summary>
internal static class DefinedTerms
{
    private static readonly HashSet<string> s_terms = new((
            // Yes and no, states, marks of de-identification
            "YES NO NONE ON OFF REMOVED UNMODIFIED MODIFIED COMPLETE PARTIAL VERIFIED UNVERIFIED APPROVED "
            + "UNAPPROVED REJECTED AUTO "
            // Image type, (0008,0008)
            + "ORIGINAL DERIVED PRIMARY SECONDARY MIXED AXIAL LOCALIZER OTHER VOLUME RESAMPLED REFORMATTED "
            + "PROJECTION IMAGE STATIC DYNAMIC "
            + "GATED WHOLE BODY RECON TOMO EMISSION TRANSMISSION SINGLE_PLANE BIPLANE FUNCTIONAL DIFFUSION "
            + "DIFFUSION_ANISO ADC TRACEW FA "
            + "PERFUSION PHASE MAGNITUDE REAL IMAGINARY MAP MEAN MEDIAN MAXIMUM MINIMUM MAX_IP MIN_IP "
            + "MULTIPLICATION SUBTRACTION FILTERED "
            + "NORM DIS2D DIS3D MOSAIC FFE SE IR M_FFE M_SE M_IR P_FFE R_FFE I_FFE T1 T2 T2_STAR PROTON_DENSITY "
            + "FLAIR STIR TOF WATER FAT "
            + "IN_PHASE OUT_OF_PHASE VELOCITY MPR CPR STD SCREEN SAVE AVERAGE ENERGY_PROP_WT UNSPECIFIED UNDEFINED "
            + "UNKNOWN SPIN_ECHO "
            + "GRADIENT_ECHO EPI GRASE TURBO SEGMENTED PARTIAL_FOURIER NORMAL COMPRESSED "
            // Position and laterality
            + "HFP HFS HFDR HFDL FFP FFS FFDR FFDL LFP LFS RFP RFS AFDR AFDL PFDR PFDL LEFT RIGHT BOTH UNPAIRED "
            + "ANTERIOR POSTERIOR "
            // Body parts, (0018,0015)
            + "HEAD NECK HEADNECK BRAIN SKULL FACE ORBIT EYE EAR NOSE JAW CHEST ABDOMEN PELVIS SPINE CSPINE TSPINE "
            + "LSPINE SSPINE CERVICAL "
            + "HEART AORTA LUNG LIVER KIDNEY SPLEEN SHOULDER ARM ELBOW FOREARM WRIST HAND FINGER HIP LEG THIGH KNEE "
            + "ANKLE FOOT TOE BREAST "
            + "EXTREMITY WHOLEBODY CAROTID PROSTATE UTERUS BLADDER SINUS TEETH TONGUE THYROID TRUNK CIRCLEOFWILLIS "
            + "PITUITARY "
            // Photometric and pixel terms
            + "MONOCHROME1 MONOCHROME2 RGB PALETTE COLOR YBR_FULL YBR_FULL_422 YBR_PARTIAL_420 YBR_ICT YBR_RCT "
            + "SIGNED UNSIGNED "
            // Modalities with three letters or more, and calibration
            + "RTIMAGE RTDOSE RTSTRUCT RTPLAN SEG REG DOC HIS IVUS OCT OPT ECG EPS HCTI PLAN AUTOREFRACTION "
            + "GEOMETRY FIDUCIAL "
            // Acquisition
            + "RESEARCH LABELING ACTUAL BODY HEAD_FIRST SURFACE MULTICOIL QUADRATURE LINEAR CIRCULAR ROUND "
            + "RECTANGLE HEXAGONAL COL ROW "
            + "FREQUENCY RECTILINEAR RADIAL SPIRAL SPECTRAL CONSTANT SLICE FREE HELICAL SEQUENCED CINE "
            + "CONSTANT_ANGLE STATIONARY "
            + "ATTN DECY DTIM SCAT RAN RADL DCAL MOTION PMOT CLN LIN NORMALIZED BQML CNTS PROPCPS PROPCNTS SUV "
            + "START ADMIN SINGLES "
            + "RAMP CORRECTED UNCORRECTED WB BED STEP AND SHOOT ECG_GATED PROSPECTIVE RETROSPECTIVE FIRST SECOND "
            + "THIRD").Split(' '),
        StringComparer.Ordinal);

    /// <summary>Whether every word of a coded value is one of the terms.</summary>
    internal static bool Contains(string value) =>
        s_terms.Contains(value) || value.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(s_terms.Contains);
}
