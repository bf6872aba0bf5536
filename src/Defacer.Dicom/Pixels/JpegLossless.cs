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
        private JpegSegments _segments = new(data, "JPEG");
        private int _precision;
        private int _restartInterval;
        private int _decodedComponents;

        internal void Run(CancellationToken cancellationToken)
        {
            while (_decodedComponents != (1 << description.SamplesPerPixel) - 1)
            {
                var marker = _segments.Next(out var segment);
                ReadSegment(marker, segment, cancellationToken);
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
                case 0xD9:
                    throw _segments.Error("the image ends before all of its components");
                case 0xDA:
                    ReadScan(segment, cancellationToken);
                    break;
                case 0xDD:
                    _restartInterval = _segments.ReadRestartInterval(segment);
                    break;
                case >= 0xC0 and <= 0xCF and not 0xC8 and not 0xCC:
                    throw _segments.Error($"SOF{marker - 0xC0} is not the lossless process");
                case 0xCC or 0xDC or 0xDE or 0xDF:
                    throw _segments.Error($"marker FF{marker:X2} is not used by the lossless process");
                default:
                    break; // APPn, COM, DQT: nothing that the lossless process needs.
            }
        }

        // SOF3 (T.81 §B.2.2): precision, lines, samples a line, components with id, sampling, table.
        private void ReadFrameHeader(ReadOnlySpan<byte> segment)
        {
            _precision = _segments.ReadFrameHeader(segment, description, isRepeated: _precision != 0);
            if (_precision < 2 || _precision > description.BitsAllocated)
            {
                throw _segments.Error($"{_precision} bits do not fit Bits Allocated {description.BitsAllocated}");
            }

            for (var i = 0; i < _componentIds.Length; i++)
            {
                _componentIds[i] = segment[6 + (3 * i)];
                if (_componentIds.Length > 1 && segment[7 + (3 * i)] != segment[7])
                {
                    throw _segments.Error("components are sampled differently");
                }
            }
        }

        private readonly void ReadTables(ReadOnlySpan<byte> segment)
        {
            while (_segments.TakeHuffmanTable(ref segment, out var isAc, out var to, out var counts, out var symbols))
            {
                // AC tables belong to other processes.
                if (!isAc)
                {
                    _tables[to] = new JpegHuffmanTable(counts, symbols);
                }
            }
        }

        // SOS (T.81 §B.2.3): components with their tables, predictor (Ss), zero, point transform (Al).
        private void ReadScan(ReadOnlySpan<byte> segment, CancellationToken cancellationToken)
        {
            var count = segment.Length > 0 ? segment[0] : 0;
            var isPossible = count >= 1 && count <= description.SamplesPerPixel && segment.Length == 4 + (2 * count);
            if (_precision == 0 || !isPossible)
            {
                throw _segments.Error("a scan header is malformed or comes before the frame header");
            }

            var components = new int[count];
            var tables = new JpegHuffmanTable[count];
            for (var i = 0; i < count; i++)
            {
                components[i] = Array.IndexOf(_componentIds, segment[1 + (2 * i)]);
                var table = segment[2 + (2 * i)] >> 4;
                if (components[i] < 0 || (_decodedComponents & (1 << components[i])) != 0 || table > 3)
                {
                    throw _segments.Error("a scan names a component or table that is not there, or one twice");
                }

                _decodedComponents |= 1 << components[i];
                tables[i] = _tables[table] ?? throw _segments.Error("a scan names a Huffman table that is not there");
            }

            var parameters = segment[(1 + (2 * count))..];
            var scan = new JpegLosslessScan(description, components, tables)
            {
                Precision = _precision,
                Predictor = parameters[0],
                PointTransform = parameters[2] & 0x0F,
                RestartInterval = _restartInterval,
            };
            _segments.Position = scan.Decode(_data, _segments.Position, _destination, cancellationToken);
        }
    }
}
