using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// JPEG Lossless, process 14 (ITU-T T.81 Annex H; PS3.5 §A.4.1): Huffman coding, predictors 1 to 7, 2 to 16 bits, point
/// transform, restart intervals; components interleaved or in scans of their own.
/// </summary>
internal sealed partial class JpegLossless : IFrameDecoder
{
    /// <inheritdoc/>
    // Every sample takes at least one bit.
    public long MinimumEncodedBytes(PixelDescription description) =>
        (description.FramePixels * description.SamplesPerPixel / 8) + 1;

    /// <inheritdoc/>
    // FF D8 cannot stand inside coded data: there FF is followed by 00 or a restart marker.
    public bool? BeginsFrame(ReadOnlySpan<byte> fragment) => fragment is [0xFF, 0xD8, ..];

    /// <inheritdoc/>
    public void Decode(
        ReadOnlySpan<byte> encoded,
        PixelDescription description,
        Span<byte> destination,
        CancellationToken cancellationToken)
    {
        if (description.BitsAllocated is not (8 or 16))
        {
            throw new DicomFormatException(
                $"JPEG: samples cannot fill containers of {description.BitsAllocated} bits.");
        }

        new Image(encoded, description, destination).Run(cancellationToken);
    }

    // The markers of one image (T.81 Annex B), read in turn; a scan decodes when it comes.
    private ref struct Image(ReadOnlySpan<byte> data, PixelDescription description, Span<byte> destination)
    {
        private readonly ReadOnlySpan<byte> _data = data;
        private readonly Span<byte> _destination = destination;
        private readonly JpegHuffmanTable?[] _tables = new JpegHuffmanTable?[4];
        private readonly byte[] _componentIds = new byte[description.SamplesPerPixel];
        private int _position;
        private int _precision;
        private int _restartInterval;
        private int _decodedComponents;

        internal void Run(CancellationToken cancellationToken)
        {
            if (_data is not [0xFF, 0xD8, ..])
            {
                throw Error("the data do not begin with SOI");
            }

            _position = 2;
            while (_decodedComponents != (1 << description.SamplesPerPixel) - 1)
            {
                var marker = NextMarker();
                if (marker == 0xD9)
                {
                    throw Error("the image ends before all of its components");
                }

                if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
                {
                    throw Error($"marker FF{marker:X2} stands where a segment must begin");
                }

                ReadSegment(marker, TakeSegment(), cancellationToken);
            }
        }

        private void ReadSegment(byte marker, ReadOnlySpan<byte> segment, CancellationToken cancellationToken)
        {
            switch (marker)
            {
                case 0xC3:
                    ReadFrameHeader(segment);
                    break;
                case 0xC4:
                    ReadTables(segment);
                    break;
                case 0xDA:
                    ReadScan(segment, cancellationToken);
                    break;
                case 0xDD:
                    _restartInterval = segment.Length == 2
                        ? BinaryPrimitives.ReadUInt16BigEndian(segment)
                        : throw Error("a restart interval has a wrong length");
                    break;
                case >= 0xC0 and <= 0xCF and not 0xC8 and not 0xCC:
                    throw Error($"SOF{marker - 0xC0} is not the lossless process");
                case 0xCC or 0xDC or 0xDE or 0xDF:
                    throw Error($"marker FF{marker:X2} is not used by the lossless process");
                default:
                    break; // APPn, COM, DQT: nothing that the lossless process needs.
            }
        }

        private byte NextMarker()
        {
            while (_position + 1 < _data.Length && _data[_position] == 0xFF)
            {
                _position++;
                if (_data[_position] is not 0xFF and not 0x00)
                {
                    return _data[_position++];
                }
            }

            throw Error("a marker is missing");
        }

        private ReadOnlySpan<byte> TakeSegment()
        {
            var length = _data.Length - _position >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(_data[_position..]) : 0;
            if (length < 2 || length > _data.Length - _position)
            {
                throw Error("a segment has a length that does not fit");
            }

            var segment = _data.Slice(_position + 2, length - 2);
            _position += length;
            return segment;
        }

        // SOF3 (T.81 §B.2.2): precision, lines, samples a line, components with id, sampling, table.
        private void ReadFrameHeader(ReadOnlySpan<byte> segment)
        {
            var samples = description.SamplesPerPixel;
            if (_precision != 0 || segment.Length < 6 || segment.Length != 6 + (3 * segment[5]))
            {
                throw Error("the frame header is malformed or repeated");
            }

            _precision = segment[0];
            var rows = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
            var columns = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
            if (rows != description.Rows || columns != description.Columns || segment[5] != samples)
            {
                throw Error(
                    $"the image has {rows} x {columns} x {segment[5]} samples, "
                    + $"the data set {description.Rows} x {description.Columns} x {samples}");
            }

            if (_precision < 2 || _precision > description.BitsAllocated)
            {
                throw Error($"{_precision} bits do not fit Bits Allocated {description.BitsAllocated}");
            }

            for (var i = 0; i < samples; i++)
            {
                _componentIds[i] = segment[6 + (3 * i)];
                if (samples > 1 && segment[7 + (3 * i)] != segment[7])
                {
                    throw Error("components are sampled differently");
                }
            }
        }

        // DHT (T.81 §B.2.4.2): class and destination, 16 counts, symbols; several in a segment.
        private readonly void ReadTables(ReadOnlySpan<byte> segment)
        {
            while (segment.Length > 0)
            {
                var symbols = 0;
                for (var i = 1; i <= 16 && i < segment.Length; i++)
                {
                    symbols += segment[i];
                }

                if (segment.Length < 17 + symbols || symbols > 256 || segment[0] > 0x13 || (segment[0] & 0x0F) > 3)
                {
                    throw Error("a Huffman table is malformed");
                }

                // Class 1 tables (AC) belong to other processes.
                if (segment[0] <= 3)
                {
                    _tables[segment[0]] = new JpegHuffmanTable(segment[1..17], segment.Slice(17, symbols));
                }

                segment = segment[(17 + symbols)..];
            }
        }

        // SOS (T.81 §B.2.3): components with their tables, predictor (Ss), zero, point transform (Al).
        private void ReadScan(ReadOnlySpan<byte> segment, CancellationToken cancellationToken)
        {
            var count = segment.Length > 0 ? segment[0] : 0;
            var isPossible = count >= 1 && count <= description.SamplesPerPixel && segment.Length == 4 + (2 * count);
            if (_precision == 0 || !isPossible)
            {
                throw Error("a scan header is malformed or comes before the frame header");
            }

            var components = new int[count];
            var tables = new JpegHuffmanTable[count];
            for (var i = 0; i < count; i++)
            {
                components[i] = Array.IndexOf(_componentIds, segment[1 + (2 * i)]);
                var table = segment[2 + (2 * i)] >> 4;
                if (components[i] < 0 || (_decodedComponents & (1 << components[i])) != 0 || table > 3)
                {
                    throw Error("a scan names a component or table that is not there, or one twice");
                }

                _decodedComponents |= 1 << components[i];
                tables[i] = _tables[table] ?? throw Error("a scan names a Huffman table that is not there");
            }

            var parameters = segment[(1 + (2 * count))..];
            var scan = new JpegLosslessScan(description, components, tables)
            {
                Precision = _precision,
                Predictor = parameters[0],
                PointTransform = parameters[2] & 0x0F,
                RestartInterval = _restartInterval,
            };
            _position = scan.Decode(_data, _position, _destination, cancellationToken);
        }

        private readonly DicomFormatException Error(string what) => new($"JPEG: {what}.", _position, string.Empty);
    }
}
