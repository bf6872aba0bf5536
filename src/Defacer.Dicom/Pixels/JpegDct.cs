using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// JPEG baseline and extended sequential, processes 1, 2 and 4 (ITU-T T.81 Annex F; PS3.5 §A.4.1): Huffman coding, 8 or 12
/// bits, components interleaved or in scans of their own, subsampled chroma. Colours are handed out as coded: no
/// conversion from YBR.
/// </summary>
internal sealed class JpegDct : IFrameDecoder
{
    private const string Name = "JPEG";

    /// <inheritdoc/>
    // A block takes at least two bits, one of DC and one of AC.
    public long MinimumEncodedBytes(PixelDescription description) => (description.FramePixels / 64 / 4) + 1;

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
                $"{Name}: samples cannot fill containers of {description.BitsAllocated} bits.");
        }

        new Image(encoded, description).Run(destination, cancellationToken);
    }

    // The markers of one image, read in turn; a scan decodes when it comes.
    private ref struct Image(ReadOnlySpan<byte> data, PixelDescription description)
    {
        private readonly ReadOnlySpan<byte> _data = data;
        private readonly JpegHuffmanTable?[] _dc = new JpegHuffmanTable?[4];
        private readonly JpegHuffmanTable?[] _ac = new JpegHuffmanTable?[4];
        private readonly ushort[]?[] _quantization = new ushort[]?[4];
        private JpegSegments _segments = new(data, Name);
        private JpegComponent[] _components = [];
        private int _precision;
        private int _restartInterval;
        private (int Horizontal, int Vertical) _max = (1, 1);

        internal void Run(Span<byte> destination, CancellationToken cancellationToken)
        {
            while (_components.Length == 0 || !Array.TrueForAll(_components, c => c.IsDecoded))
            {
                var marker = _segments.Next(out var segment);
                ReadSegment(marker, segment, cancellationToken);
            }

            WriteFrame(destination);
        }

        private void ReadSegment(byte marker, ReadOnlySpan<byte> segment, CancellationToken cancellationToken)
        {
            switch (marker)
            {
                case 0xC0 or 0xC1:
                    ReadFrameHeader(segment);
                    break;
                case 0xC4:
                    ReadHuffmanTables(segment);
                    break;
                case 0xD9:
                    throw _segments.Error("the image ends before all of its components");
                case 0xDA:
                    ReadScan(segment, cancellationToken);
                    break;
                case 0xDB:
                    ReadQuantization(segment);
                    break;
                case 0xDD:
                    _restartInterval = _segments.ReadRestartInterval(segment);
                    break;
                case >= 0xC2 and <= 0xCF or 0xDC or 0xDE or 0xDF:
                    throw _segments.Error($"marker FF{marker:X2} is not of the baseline or extended process");
                default:
                    break; // APPn, COM.
            }
        }

        // SOF0, SOF1 (T.81 §B.2.2).
        private void ReadFrameHeader(ReadOnlySpan<byte> segment)
        {
            _precision = _segments.ReadFrameHeader(segment, description, isRepeated: _precision != 0);
            if (_precision is not (8 or 12) || _precision > description.BitsAllocated)
            {
                throw _segments.Error($"{_precision} bits do not fit Bits Allocated {description.BitsAllocated}");
            }

            _components = new JpegComponent[description.SamplesPerPixel];
            for (var i = 0; i < _components.Length; i++)
            {
                _components[i] = ReadComponent(segment.Slice(6 + (3 * i), 3));
            }

            Measure();
        }

        private readonly JpegComponent ReadComponent(ReadOnlySpan<byte> fields)
        {
            var (horizontal, vertical) = (fields[1] >> 4, fields[1] & 15);
            return horizontal is < 1 or > 4 || vertical is < 1 or > 4 || fields[2] > 3
                ? throw _segments.Error("a component has impossible sampling or tables")
                : new JpegComponent
                {
                    Id = fields[0],
                    Horizontal = horizontal,
                    Vertical = vertical,
                    Quantization = fields[2],
                };
        }

        private void Measure()
        {
            _max = (_components.Max(c => c.Horizontal), _components.Max(c => c.Vertical));
            var (across, down) = Mcus();
            foreach (var c in _components)
            {
                if (_max.Horizontal % c.Horizontal != 0 || _max.Vertical % c.Vertical != 0)
                {
                    throw _segments.Error("components are sampled by no whole ratio");
                }

                c.Width = ((description.Columns * c.Horizontal) + _max.Horizontal - 1) / _max.Horizontal;
                c.Height = ((description.Rows * c.Vertical) + _max.Vertical - 1) / _max.Vertical;
                c.Stride = across * c.Horizontal * 8;
                var size = (long)c.Stride * down * c.Vertical * 8;
                c.Samples = size <= Array.MaxLength / sizeof(ushort)
                    ? new ushort[size]
                    : throw _segments.Error("the image is larger than can be held in memory");
            }
        }

        private readonly (int Across, int Down) Mcus() => (
            (description.Columns + (8 * _max.Horizontal) - 1) / (8 * _max.Horizontal),
            (description.Rows + (8 * _max.Vertical) - 1) / (8 * _max.Vertical));

        private readonly void ReadHuffmanTables(ReadOnlySpan<byte> segment)
        {
            while (_segments.TakeHuffmanTable(ref segment, out var isAc, out var to, out var counts, out var symbols))
            {
                (isAc ? _ac : _dc)[to] = new JpegHuffmanTable(counts, symbols, isAc ? 255 : 15);
            }
        }

        // DQT (T.81 §B.2.4.1), in coded order.
        private readonly void ReadQuantization(ReadOnlySpan<byte> segment)
        {
            while (segment.Length > 0)
            {
                var (precision, id) = (segment[0] >> 4, segment[0] & 15);
                var length = 64 * (precision + 1);
                if (precision > 1 || id > 3 || segment.Length < 1 + length)
                {
                    throw _segments.Error("a quantization table is malformed");
                }

                var table = new ushort[64];
                for (var i = 0; i < 64; i++)
                {
                    table[i] = precision == 0
                        ? segment[1 + i]
                        : BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + (2 * i))..]);
                }

                _quantization[id] = table;
                segment = segment[(1 + length)..];
            }
        }

        // SOS (T.81 §B.2.3).
        private void ReadScan(ReadOnlySpan<byte> segment, CancellationToken cancellationToken)
        {
            var count = segment.Length > 0 ? segment[0] : 0;
            if (_precision == 0 || count < 1 || count > _components.Length || segment.Length != 4 + (2 * count))
            {
                throw _segments.Error("a scan header is malformed or comes before the frame header");
            }

            var components = new JpegComponent[count];
            var (dc, ac) = (new JpegHuffmanTable[count], new JpegHuffmanTable[count]);
            var quantization = new ushort[count][];
            for (var i = 0; i < count; i++)
            {
                var (id, tables) = (segment[1 + (2 * i)], segment[2 + (2 * i)]);
                components[i] = Array.Find(_components, c => c.Id == id && !c.IsDecoded)
                    ?? throw _segments.Error("a scan names a component that is not there, or one twice");
                components[i].IsDecoded = true;
                dc[i] = _dc[(tables >> 4) & 3] ?? throw _segments.Error("a scan names a table that is not there");
                ac[i] = _ac[tables & 3] ?? throw _segments.Error("a scan names a table that is not there");
                quantization[i] = _quantization[components[i].Quantization]
                    ?? throw _segments.Error("a component names a quantization table that is not there");
            }

            var scan = new JpegDctScan(components, dc, ac, quantization)
            {
                Precision = _precision,
                RestartInterval = _restartInterval,
                Mcus = Mcus(),
            };
            _segments.Position = scan.Decode(_data, _segments.Position, cancellationToken);
        }

        private readonly void WriteFrame(Span<byte> destination)
        {
            var samples = description.SamplesPerPixel;
            var cell = description.BitsAllocated / 8;
            var line = new ushort[description.Columns];
            for (var row = 0; row < description.Rows; row++)
            {
                for (var c = 0; c < samples; c++)
                {
                    var component = _components[c];
                    var (across, down) = (_max.Horizontal / component.Horizontal, _max.Vertical / component.Vertical);
                    JpegUpsampling.ReadLine(component, row, across, down, line);
                    var at = ((row * description.Columns * samples) + c) * cell;
                    foreach (var value in line)
                    {
                        destination[at] = (byte)value;
                        if (cell == 2)
                        {
                            destination[at + 1] = (byte)(value >> 8);
                        }

                        at += samples * cell;
                    }
                }
            }
        }
    }
}
