namespace Defacer.Dicom.Network.Dimse;

/// <summary>One message is answered with a status other than success; the association goes on.</summary>
public sealed class DimseException : Exception
{
    /// <summary>The status to answer; give it a comment for the peer's log.</summary>
    public DimseException(DicomStatus status, Exception? innerException = null)
        : base(status.ToString(), innerException) => Status = status;

    /// <summary>The status to answer.</summary>
    public DicomStatus Status { get; }
}
