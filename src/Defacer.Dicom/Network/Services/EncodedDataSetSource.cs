using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>A data set encoded for sending; large values are read from where they lie when their turn comes.</summary>
internal sealed class EncodedDataSetSource : IDataSetSource
{
    private readonly IReadOnlyList<PieceStream.Piece> _pieces;
    private int _index;
    private long _position;

    internal EncodedDataSetSource(DicomDataset dataset, DicomTransferSyntax syntax)
    {
        using var pieces = new PieceStream();
        DicomWriter.Write(pieces, dataset, syntax);
        _pieces = pieces.TakePieces();
    }

    /// <inheritdoc/>
    public bool IsAtEnd => _index == _pieces.Count;

    /// <inheritdoc/>
    public int Read(Span<byte> target)
    {
        var total = 0;
        while (total < target.Length && !IsAtEnd)
        {
            var piece = _pieces[_index];
            var length = (int)Math.Min(target.Length - total, piece.Length - _position);
            piece.Read(_position, target.Slice(total, length));
            total += length;
            _position += length;
            if (_position == piece.Length)
            {
                _index++;
                _position = 0;
            }
        }

        return total;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
