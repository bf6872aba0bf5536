using System.Buffers.Binary;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;

namespace Defacer.Dicom.Files;

/// <summary>
/// Parses a data set (PS3.5 §7, Annex A) without recursion: open sequences and items are frames on a list. Sequences
/// in UN of undefined length are implicit little endian inside (PS3.5 §6.2.2 note 2).
/// </summary>
internal sealed class DicomReader
{
    private const uint UndefinedLength = 0xFFFFFFFF;
    private readonly ByteSource _source;
    private readonly DicomReadOptions _options;
    private readonly List<Frame> _frames = [];
    private int _itemCount;
    private long _memoryBytes;

    private DicomReader(ByteSource source, DicomReadOptions options)
    {
        _source = source;
        _options = options;
    }

    /// <summary>Reads to the end of the source, or to where the options say.</summary>
    internal static DicomDataset Read(ByteSource source, DicomTransferSyntax syntax, DicomReadOptions options) =>
        new DicomReader(source, options).Run(new Encoding(syntax.IsExplicitVR, syntax.IsBigEndian));

    private DicomDataset Run(Encoding encoding)
    {
        var root = new DicomDataset();
        _frames.Add(new Frame(root, null, encoding, long.MaxValue));
        while (true)
        {
            var frame = _frames[^1];
            if (_source.Position >= frame.End)
            {
                if (_source.Position > frame.End)
                {
                    throw Error("An item or sequence ends inside a value.");
                }

                Pop();
            }
            else if (frame.Sequence is not null)
            {
                ReadItemHeader(frame);
            }
            else if (!ReadElement(frame))
            {
                return root;
            }
        }
    }

    private void Pop() => _frames.RemoveAt(_frames.Count - 1);

    private void ReadItemHeader(Frame frame)
    {
        var (tag, length) = ItemHeader(frame.Encoding);
        if (tag == DicomTag.SequenceDelimitationItem && frame.End == long.MaxValue)
        {
            Pop();
            return;
        }

        if (tag != DicomTag.Item)
        {
            throw Error($"{tag} stands where an item of a sequence must begin.");
        }

        var dataset = new DicomDataset { IsUndefinedLength = length == UndefinedLength };
        frame.Sequence!.Items.Add(dataset);
        dataset.Parent = frame.Dataset;
        Push(new Frame(dataset, null, frame.Encoding, EndOf(length, frame.End)));
    }

    private (DicomTag Tag, uint Length) ItemHeader(Encoding encoding)
    {
        var head = _source.Peek(8);
        if (head.Length < 8)
        {
            throw Error("The data end inside a sequence.");
        }

        var tag = ReadTag(head, encoding);
        var length = encoding.UInt32(head[4..]);
        _source.Advance(8);
        Count();
        return (tag, length);
    }

    // False at the end of the top level.
    private bool ReadElement(Frame frame)
    {
        var head = _source.Peek(12);
        if (head.Length < 8)
        {
            if (head.Length == 0 && _frames.Count == 1)
            {
                return false;
            }

            throw Error("The data end inside an element's header.");
        }

        var tag = ReadTag(head, frame.Encoding);
        if (_frames.Count == 1 && _options.StopBefore is { } stop && tag >= stop)
        {
            return false;
        }

        if (tag.Group == 0xFFFE)
        {
            if (tag == DicomTag.ItemDelimitationItem && _frames.Count > 1 && frame.End == long.MaxValue)
            {
                _source.Advance(8);
                Pop();
                return true;
            }

            throw Error($"{tag} stands where an element must begin.");
        }

        Count();
        var header = ReadHeader(tag, head, frame);
        ReadValue(frame, header);
        return true;
    }

    private Header ReadHeader(DicomTag tag, ReadOnlySpan<byte> head, Frame frame)
    {
        if (!frame.Encoding.IsExplicit)
        {
            var creator = tag.IsPrivate && !tag.IsPrivateCreator ? frame.Dataset.GetPrivateCreator(tag) : null;
            var header = new Header(tag, ImplicitVR(tag, creator, frame.Dataset), frame.Encoding.UInt32(head[4..]), 0);
            _source.Advance(8);
            return header;
        }

        var vr = DicomVR.FromBytes((ushort)(head[4] | (head[5] << 8)));
        if (!vr.HasLongLength)
        {
            var header = new Header(tag, vr, frame.Encoding.UInt16(head[6..]), 0);
            _source.Advance(8);
            return header;
        }

        if (head.Length < 12)
        {
            throw Error("The data end inside an element's header.");
        }

        var reserved = (ushort)(head[6] | (head[7] << 8));
        var longHeader = new Header(tag, vr, frame.Encoding.UInt32(head[8..]), reserved);
        _source.Advance(12);
        return longHeader;
    }

    private void ReadValue(Frame frame, Header header)
    {
        var (tag, vr, length, reserved) = header;
        if (length == UndefinedLength)
        {
            if (vr.Code is "OB" or "OW" or "OF" or "OD" or "OL" or "OV" && tag.Value >= 0x7FE00008 && tag.Group == 0x7FE0)
            {
                ReadFragments(frame, tag, vr, reserved);
                return;
            }

            if (vr != DicomVR.SQ && vr != DicomVR.UN && !vr.IsUnknownCode)
            {
                throw Error($"{tag} has VR {vr} and no length.");
            }

            OpenSequence(frame, new DicomSequence(tag, vr, true) { Reserved = reserved }, long.MaxValue,
                vr == DicomVR.UN ? new Encoding(false, false) : frame.Encoding);
            return;
        }

        var end = EndOf(length, frame.End);
        if (vr == DicomVR.SQ)
        {
            OpenSequence(frame, new DicomSequence(tag, vr, false) { Reserved = reserved }, end, frame.Encoding);
            return;
        }

        frame.Dataset.Append(ReadBytes(tag, vr, length, reserved, frame.Encoding));
    }

    private DicomElement ReadBytes(DicomTag tag, DicomVR vr, uint length, ushort reserved, Encoding encoding)
    {
        if (length > _source.Length - _source.Position)
        {
            throw Error($"{tag} says {length} bytes; {_source.Length - _source.Position} are left.");
        }

        var swap = encoding.IsBigEndian ? vr.UnitBytes : 1;
        if (length > _options.DeferAboveBytes && _source.Path is not null)
        {
            var bulk = new FileBulk(_source.Path, _source.Position, length, swap);
            _source.Skip(length);
            return new DicomElement(tag, vr, bulk) { Reserved = reserved };
        }

        _memoryBytes += length;
        if (_memoryBytes > _options.MaxMemoryBytes || length > int.MaxValue)
        {
            throw Error($"The data set needs more than {_options.MaxMemoryBytes} bytes of memory.");
        }

        var value = _source.Take((int)length);
        if (swap > 1)
        {
            var swapped = value.ToArray();
            ByteOrder.Swap(swapped, swap);
            value = swapped;
        }

        return new DicomElement(tag, vr, value) { Reserved = reserved };
    }

    private void ReadFragments(Frame frame, DicomTag tag, DicomVR vr, ushort reserved)
    {
        DicomElement? offsetTable = null;
        var fragments = new List<DicomElement>();
        while (true)
        {
            var (itemTag, length) = ItemHeader(frame.Encoding);
            if (itemTag == DicomTag.SequenceDelimitationItem)
            {
                break;
            }

            if (itemTag != DicomTag.Item || length == UndefinedLength)
            {
                throw Error($"{itemTag} stands where a fragment must begin.");
            }

            var fragment = ReadBytes(DicomTag.Item, DicomVR.OB, length, 0, frame.Encoding);
            if (offsetTable is null)
            {
                offsetTable = fragment;
            }
            else
            {
                fragments.Add(fragment);
            }
        }

        frame.Dataset.Append(new DicomFragmentSequence(
            tag, vr, offsetTable ?? new DicomElement(DicomTag.Item, DicomVR.OB, ReadOnlyMemory<byte>.Empty), fragments)
        { Reserved = reserved });
    }

    private void OpenSequence(Frame frame, DicomSequence sequence, long end, Encoding encoding)
    {
        frame.Dataset.Append(sequence);
        Push(new Frame(frame.Dataset, sequence, encoding, end));
    }

    private void Push(Frame frame)
    {
        // A sequence and its item are two frames.
        if (_frames.Count > _options.MaxDepth * 2)
        {
            throw Error($"Sequences are nested deeper than {_options.MaxDepth} levels.");
        }

        _frames.Add(frame);
    }

    private void Count()
    {
        if (++_itemCount > _options.MaxItems)
        {
            throw Error($"The data set has more than {_options.MaxItems} elements.");
        }
    }

    private long EndOf(uint length, long outerEnd)
    {
        if (length == UndefinedLength)
        {
            return long.MaxValue;
        }

        var end = _source.Position + length;
        if (end > outerEnd || end > _source.Length)
        {
            throw Error($"A length of {length} bytes reaches beyond what holds it.");
        }

        return end;
    }

    private DicomFormatException Error(string message) => new(message, _source.Position,
        string.Join('.', _frames.Where(f => f.Sequence is not null).Select(f => f.Sequence!.Tag)));

    private static DicomVR ImplicitVR(DicomTag tag, string? creator, DicomDataset dataset)
    {
        var vr = DicomDictionary.ImplicitVR(tag, creator);
        // "US or SS": signed where Pixel Representation says so (PS3.5 A.1 and the dictionary's choices).
        if (vr == DicomVR.US && DicomDictionary.Find(tag) is { VRs.Count: > 1 } && dataset.GetPixelRepresentation() == 1)
        {
            return DicomVR.SS;
        }

        return vr;
    }

    private static DicomTag ReadTag(ReadOnlySpan<byte> head, Encoding encoding) =>
        new(encoding.UInt16(head), encoding.UInt16(head[2..]));

    private readonly record struct Header(DicomTag Tag, DicomVR VR, uint Length, ushort Reserved);

    private readonly record struct Encoding(bool IsExplicit, bool IsBigEndian)
    {
        internal ushort UInt16(ReadOnlySpan<byte> at) =>
            IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

        internal uint UInt32(ReadOnlySpan<byte> at) =>
            IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
    }

    // Dataset is the open item, or for an open sequence the data set that holds it.
    private readonly record struct Frame(DicomDataset Dataset, DicomSequence? Sequence, Encoding Encoding, long End);
}
