namespace Defacer.Imaging.Nifti;

/// <summary>How a NIfTI file stores a voxel; the numbers are those of nifti1.h.</summary>
public enum NiftiDataType : short
{
    /// <summary>Unsigned 8-bit.</summary>
    UInt8 = 2,

    /// <summary>Signed 16-bit.</summary>
    Int16 = 4,

    /// <summary>Signed 32-bit.</summary>
    Int32 = 8,

    /// <summary>32-bit float.</summary>
    Float32 = 16,

    /// <summary>64-bit float.</summary>
    Float64 = 64,

    /// <summary>Signed 8-bit.</summary>
    Int8 = 256,

    /// <summary>Unsigned 16-bit.</summary>
    UInt16 = 512,

    /// <summary>Unsigned 32-bit.</summary>
    UInt32 = 768,
}
