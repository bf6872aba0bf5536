using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>
/// Parses a data set (PS3.5 §7, Annex A) without recursion: open sequences and items are frames on a list. Sequences
/// in UN of undefined length are implicit little endian inside (PS3.5 §6.2.2 note 2), unless their bytes show
/// otherwise.
/// </summary>
public sealed partial class DicomReader
{
    private const uint UndefinedLength = 0xFFFFFFFF;

    private readonly ByteSource _source;
    private readonly DicomReadOptions _options;
    private readonly List<DicomRemark> _remarks;
    private readonly List<Frame> _frames = [];
    private int _itemCount;
    private long _memoryBytes;
    private bool _ended;

    private DicomReader(ByteSource source, DicomReadOptions options, List<DicomRemark> remarks)
    {
        _source = source;
        _options = options;
        _remarks = remarks;
    }

    /// <summary>
    /// Reads a data set without preamble and group 0002 to the end of a stream, into memory. Not for deflated ones.
    /// </summary>
    /// <exception cref="DicomFormatException">The bytes are malformed.</exception>
    public static DicomDataset Read(Stream stream, DicomTransferSyntax syntax, DicomReadOptions? options = null)
    {
        using var source = new ByteSource(stream, null);
        return Read(source, ElementEncoding.Of(syntax), options ?? DicomReadOptions.Default, []);
    }

    /// <summary>Reads to the end of the source, or to where the options say.</summary>
    internal static DicomDataset Read(
        ByteSource source, ElementEncoding encoding, DicomReadOptions options, List<DicomRemark> remarks) =>
        new DicomReader(source, options, remarks).Run(encoding);

    private DicomDataset Run(ElementEncoding encoding)
    {
        var root = new DicomDataset { IsExplicitVR = encoding.IsExplicit };
        _frames.Add(new Frame(root, null, encoding, long.MaxValue));
        Loop();
        return root;
    }

    private void Loop()
    {
        while (!_ended && _frames.Count > 0)
        {
            var frame = _frames[^1];
            if (_source.Position >= frame.End)
            {
                Close(frame);
            }
            else if (frame.Sequence is not null)
            {
                ReadItemHeader(frame);
            }
            else
            {
                ReadElement(frame);
            }
        }
    }

    // A sequence whose length is too short for the delimited items in it is taken as they say: some scanners count the
    // items
    // in another encoding than they write them.
    private void Close(Frame frame)
    {
        if (_source.Position > frame.End)
        {
            if (frame.Sequence is not { Items: [.., { IsUndefinedLength: true }] })
            {
                throw Error("An item or sequence ends inside a value.");
            }

            Remark(DicomIrregularity.Length);
        }

        Pop();
    }

    private void Pop() => _frames.RemoveAt(_frames.Count - 1);

    private void ReadItemHeader(Frame frame)
    {
        if (!ItemHeader(frame.Encoding, out var tag, out var length))
        {
            return;
        }

        if (tag == DicomTag.SequenceDelimitationItem && frame.End == long.MaxValue)
        {
            frame.Sequence!.DelimiterLength = length;
            Pop();
            return;
        }

        if (tag != DicomTag.Item)
        {
            throw Error($"{tag} stands where an item of a sequence must begin.");
        }

        var end = EndOf(length, frame.End);
        var encoding = ObserveEncoding(frame.Encoding, end);
        var dataset = new DicomDataset
        {
            IsUndefinedLength = length == UndefinedLength,
            IsExplicitVR = encoding.IsExplicit,
        };
        frame.Sequence!.Items.Add(dataset);
        Push(new Frame(dataset, null, encoding, end));
    }

    private bool ItemHeader(ElementEncoding encoding, out DicomTag tag, out uint length)
    {
        var head = _source.Peek(8);
        if (head.Length < 8)
        {
            tag = default;
            length = 0;
            Truncate();
            return false;
        }

        tag = encoding.Tag(head);
        length = encoding.UInt32(head[4..]);
        _source.Advance(8);
        Charge(0);
        return true;
    }

    private ElementEncoding ObserveEncoding(ElementEncoding expected, long end)
    {
        var head = _source.Peek((int)Math.Min(12, end - _source.Position));
        var observed = ElementEncoding.Observe(head, expected, Math.Min(end, _source.Length) - _source.Position);
        if (observed != expected)
        {
            Remark(DicomIrregularity.MixedEncoding);
        }

        return observed;
    }

    private void ReadElement(Frame frame)
    {
        var head = _source.Peek(12);
        if (head.Length < 8)
        {
            EndOfBytes(head.Length);
            return;
        }

        var tag = frame.Encoding.Tag(head);
        if (_frames.Count == 1 && _frames[0].Sequence is null && IsStop(tag))
        {
            _ended = true;
            return;
        }

        if (tag.Group == 0xFFFE)
        {
            ReadDelimiter(frame, tag, frame.Encoding.UInt32(head[4..]));
            return;
        }

        ReadValue(frame, ReadHeader(tag, head, frame));
    }

    private bool IsStop(DicomTag tag) =>
        (_options.StopBefore is { } stop && tag >= stop) || (_options.OnlyGroup is { } group && tag.Group != group);

    private void EndOfBytes(int left)
    {
        if (_frames.Count > 1)
        {
            Truncate();
            return;
        }

        if (left > 0)
        {
            Remark(DicomIrregularity.TrailingBytes);
        }

        _ended = true;
    }

    private void ReadDelimiter(Frame frame, DicomTag tag, uint length)
    {
        if (tag == DicomTag.ItemDelimitationItem && _frames.Count > 1 && frame.End == long.MaxValue)
        {
            _source.Advance(8);
            frame.Dataset.DelimiterLength = length;
            Pop();
            return;
        }

        if (length == UndefinedLength || (frame.End == long.MaxValue && _frames.Count > 1))
        {
            throw Error($"{tag} stands where an element must begin.");
        }

        // Kept as an opaque element, so that what is passed on is what came.
        Remark(DicomIrregularity.Delimiter);
        _source.Advance(8);
        EndOf(length, frame.End);
        frame.Dataset.Append(ReadBytes(tag, DicomVR.UN, length, 0, frame.Encoding));
    }

    private void OpenSequence(Frame frame, DicomSequence sequence, long end, ElementEncoding encoding)
    {
        frame.Dataset.Append(sequence);
        Push(new Frame(frame.Dataset, sequence, encoding, end));
    }

    private void Push(Frame frame)
    {
        // A sequence and its item are two frames.
        if (_frames.Count > _options.MaxDepth * 2L)
        {
            throw Error($"Sequences are nested deeper than {_options.MaxDepth} levels.");
        }

        _frames.Add(frame);
    }

    // Dataset is the open item, or for an open sequence the data set that holds it. End is as declared, and may lie
    // beyond the bytes of a truncated file.
    private readonly record struct Frame(
        DicomDataset Dataset, DicomSequence? Sequence, ElementEncoding Encoding, long End);
}
