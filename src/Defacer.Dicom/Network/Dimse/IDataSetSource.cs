namespace Defacer.Dicom.Network.Dimse;

/// <summary>The bytes of a data set to send, in the order in which they go.</summary>
internal interface IDataSetSource : IDisposable
{
    /// <summary>Whether everything was read.</summary>
    bool IsAtEnd { get; }

    /// <summary>Fills the target as far as there are bytes; less than asked only at the end.</summary>
    int Read(Span<byte> target);
}
