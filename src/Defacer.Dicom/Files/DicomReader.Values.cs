using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;

namespace Defacer.Dicom.Files;

// Headers and values of elements; encapsulated pixel data.
public sealed partial class DicomReader
{
    // Larger values of unknown VR are not searched for items: no sequence of the corpus comes near.
    private const uint MaxHiddenBytes = 16 << 20;

    // The creator that was looked up last: private blocks come element after element.
    private (DicomDataset? Dataset, DicomTag Tag, string? Creator) _lastCreator;

    private Header ReadHeader(DicomTag tag, ReadOnlySpan<byte> head, Frame frame)
    {
        if (!frame.Encoding.IsExplicit)
        {
            var header = new Header(tag, ImplicitVR(tag, frame.Dataset), frame.Encoding.UInt32(head[4..]), 0);
            _source.Advance(8);
            return header;
        }

        var reserved = (ushort)(head[6] | (head[7] << 8));
        var vr = DicomVR.Find(head[4], head[5]) ?? UnknownVR(head, frame);
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

        var longHeader = new Header(tag, vr, frame.Encoding.UInt32(head[8..]), reserved);
        _source.Advance(12);
        return longHeader;
    }

    // A VR of a later edition has two reserved bytes and a 32-bit length (PS3.5 §6.2.2); a writer that puts something
    // else
    // in the reserved bytes, or whose length does not fit, used the short form.
    private DicomVR UnknownVR(ReadOnlySpan<byte> head, Frame frame)
    {
        var code = (ushort)(head[4] | (head[5] << 8));
        var left = Math.Min(frame.End, _source.Length) - _source.Position - 12;
        var isLong = head[6] == 0 && head[7] == 0 && head.Length >= 12
            && frame.Encoding.UInt32(head[8..]) is var length && (length <= left || length == UndefinedLength);
        return DicomVR.FromBytes(code, isLong);
    }

    private DicomVR ImplicitVR(DicomTag tag, DicomDataset dataset)
    {
        if (!tag.IsPrivate || tag.IsPrivateCreator)
        {
            var vr = DicomDictionary.ImplicitVR(tag, null);
            // "US or SS": signed where Pixel Representation says so (PS3.5 A.1 and the dictionary's choices).
            return vr == DicomVR.US && DicomDictionary.Find(tag) is { VRs.Count: > 1 }
                && dataset.GetPixelRepresentation() == 1
                ? DicomVR.SS
                : vr;
        }

        var creatorTag = tag.CreatorTag;
        if (_lastCreator.Dataset != dataset || _lastCreator.Tag != creatorTag)
        {
            _lastCreator = (dataset, creatorTag, dataset.GetPrivateCreator(tag));
        }

        return DicomDictionary.ImplicitVR(tag, _lastCreator.Creator);
    }

    private void ReadValue(Frame frame, Header header)
    {
        var (tag, vr, length, reserved) = header;
        if (length == UndefinedLength)
        {
            ReadUndefined(frame, tag, vr, reserved);
            return;
        }

        var end = EndOf(length, frame.End);
        if (vr == DicomVR.SQ && (frame.Encoding.IsExplicit || length == 0 || BeginsWithItem(frame.Encoding)))
        {
            Charge(0);
            OpenSequence(frame, new DicomSequence(tag, vr, false) { Reserved = reserved }, end, frame.Encoding);
            return;
        }

        // Some tags were no sequence in older editions, and an implicit data set does not tell: bytes then.
        vr = vr == DicomVR.SQ ? DicomVR.UN : vr;
        var hidden = vr == DicomVR.UN && length is >= 8 and <= MaxHiddenBytes
            && BeginsWithItem(ElementEncoding.ImplicitLittle);
        var element = ReadBytes(tag, vr, length, reserved, frame.Encoding, mayStay: !hidden);
        frame.Dataset.Append(hidden ? ParseHidden(element) ?? (DicomItem)element : element);
    }

    private bool BeginsWithItem(ElementEncoding encoding) =>
        _source.Peek(8) is { Length: 8 } head && encoding.Tag(head) == DicomTag.Item;

    // A sequence that a relay wrote as UN with a length (PS3.5 §6.2.2 note 5), or a private one in implicit VR that no
    // dictionary
    // knows: who looks for names must see inside. Null where the bytes are no whole sequence.
    private DicomSequence? ParseHidden(DicomElement element)
    {
        var remarks = new List<DicomRemark>();
        var options = _options with
        {
            AllowTruncated = false,
            StopBefore = null,
            MaxDepth = Math.Max(1, _options.MaxDepth - (_frames.Count / 2)),
        };
        using var stream = new MemoryStream(element.Value.ToArray(), writable: false);
        using var source = new ByteSource(stream, null);
        var reader = new DicomReader(source, options, remarks)
        {
            _memoryBytes = _memoryBytes,
            _itemCount = _itemCount,
        };
        var sequence = new DicomSequence(element.Tag, DicomVR.UN, false) { Reserved = element.Reserved };
        try
        {
            var holder = new Frame([], null, ElementEncoding.ImplicitLittle, long.MaxValue);
            reader.OpenSequence(holder, sequence, element.Length, holder.Encoding);
            reader.Loop();
        }
        catch (DicomFormatException)
        {
            return null;
        }

        (_memoryBytes, _itemCount) = (reader._memoryBytes, reader._itemCount);
        return remarks.Count == 0 ? sequence : null;
    }

    private void ReadUndefined(Frame frame, DicomTag tag, DicomVR vr, ushort reserved)
    {
        if (vr.Code is "OB" or "OW" or "OF" or "OD" or "OL" or "OV" && tag.Value >= 0x7FE00008 && tag.Group == 0x7FE0)
        {
            ReadFragments(frame, tag, vr, reserved);
            return;
        }

        if (vr != DicomVR.SQ && vr != DicomVR.UN && !vr.IsUnknownCode)
        {
            // In implicit VR it is a sequence, whatever the dictionary says of the tag.
            vr = frame.Encoding.IsExplicit ? throw Error($"{tag} has VR {vr} and no length.") : DicomVR.SQ;
        }

        Charge(0);
        OpenSequence(frame, new DicomSequence(tag, vr, true) { Reserved = reserved }, long.MaxValue,
            vr == DicomVR.UN ? ElementEncoding.ImplicitLittle : frame.Encoding);
    }

    private DicomElement ReadBytes(
        DicomTag tag, DicomVR vr, uint length, ushort reserved, ElementEncoding encoding, bool mayStay = true)
    {
        var swap = encoding.IsBigEndian ? vr.UnitBytes : 1;
        if (mayStay && length > _options.DeferAboveBytes && _source.Origin is { } origin)
        {
            var at = _source.Position;
            var there = _source.Skip(length);
            if (there < length)
            {
                Truncate();
            }

            Charge(0);
            return new DicomElement(tag, vr, origin.Leave(at, there, swap)) { Reserved = reserved };
        }

        var held = _source.HasLength ? Math.Min(length, _source.Length - _source.Position) : length;
        Charge(held);
        if (held > Array.MaxLength)
        {
            throw Error($"{tag} says {length} bytes, more than memory takes.");
        }

        var value = _source.Take((int)held);
        if (value.Length < length)
        {
            Truncate();
        }

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
        uint delimiterLength = 0;
        while (!_ended && ItemHeader(frame.Encoding, out var itemTag, out var length))
        {
            if (itemTag == DicomTag.SequenceDelimitationItem)
            {
                delimiterLength = length;
                break;
            }

            if (itemTag != DicomTag.Item || length == UndefinedLength)
            {
                throw Error($"{itemTag} stands where a fragment must begin.");
            }

            EndOf(length, frame.End);
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

        frame.Dataset.Append(new DicomFragmentSequence(tag, vr, offsetTable, fragments)
        { Reserved = reserved, DelimiterLength = delimiterLength });
    }

    private readonly record struct Header(DicomTag Tag, DicomVR VR, uint Length, ushort Reserved);
}
