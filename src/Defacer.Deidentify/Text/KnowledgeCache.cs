using System.Buffers;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Deidentify.Text;

/// <summary>
/// Keeps what the last instances knew: those of a series know the same, and to work it out costs more than everything
/// else. Two instances know the same when the bytes of all that names somebody are the same. Safe to use from several
/// threads.
/// </summary>
internal sealed class KnowledgeCache(Vocabulary words)
{
    private const int MaxEntries = 16;
    private readonly Lock _lock = new();
    private readonly List<(byte[] Bytes, DescriptorCleaner Cleaner)> _entries = [];

    internal DescriptorCleaner Of(DicomFile file)
    {
        var bytes = Fingerprint(file);
        lock (_lock)
        {
            for (var i = _entries.Count - 1; i >= 0; i--)
            {
                if (_entries[i].Bytes.AsSpan().SequenceEqual(bytes.WrittenSpan))
                {
                    return _entries[i].Cleaner;
                }
            }
        }

        var made = new DescriptorCleaner(words, OwnIdentity.Collect(file));
        lock (_lock)
        {
            if (_entries.Count == MaxEntries)
            {
                _entries.RemoveAt(0);
            }

            _entries.Add((bytes.WrittenSpan.ToArray(), made));
        }

        return made;
    }

    private static ArrayBufferWriter<byte> Fingerprint(DicomFile file)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        Add(bytes, file.FileMetaInfo);
        Add(bytes, file.Dataset);
        return bytes;
    }

    // Nesting is bounded by the reader.
    private static void Add(ArrayBufferWriter<byte> bytes, DicomDataset dataset)
    {
        for (var i = 0; i < dataset.Count; i++)
        {
            if (dataset[i] is DicomSequence sequence)
            {
                foreach (var child in sequence.Items)
                {
                    Add(bytes, child);
                }
            }
            else if (dataset[i] is DicomElement element
                && (element.Tag == DicomTag.SpecificCharacterSet || IdentityWords.Names(element)))
            {
                BitConverter.TryWriteBytes(bytes.GetSpan(8), element.Tag.Value);
                BitConverter.TryWriteBytes(bytes.GetSpan(8)[4..], (int)element.Length);
                bytes.Advance(8);
                bytes.Write(element.Value.Span);
            }
        }
    }
}
