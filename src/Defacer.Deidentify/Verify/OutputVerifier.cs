using System.Buffers;
using System.Diagnostics;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Deidentify.Verify;

/// <summary>
/// Reads an output back from its file and searches every value in it, group 0002 and private ones too, for what the
/// original study knew. Shares nothing with the engine: neither its table nor its text rules.
/// </summary>
public static class OutputVerifier
{
    private const int MaxHits = 100;
    private const int ChunkBytes = 256 * 1024;
    private static readonly DicomReadOptions s_whole = new() { AllowTruncated = false };

    /// <summary>Checks one written file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VerifyResult Check(string outputPath, IdentitySet identities, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        DicomFile file;
        try
        {
            file = DicomFile.Open(outputPath, s_whole);
        }
        catch (DicomFormatException e)
        {
            return new VerifyResult([], [$"the output cannot be read back: {e.Message}"], 0, 0, identities.Count,
                Stopwatch.GetElapsedTime(started));
        }

        var search = new ValueSearch(identities);
        Walk(file.FileMetaInfo, search, cancellationToken);
        Walk(file.Dataset, search, cancellationToken);
        return new VerifyResult(
            search.Hits, StructureCheck.Run(file), search.BytesSearched, search.ValuesSearched, identities.Count,
            Stopwatch.GetElapsedTime(started));
    }

    private static void Walk(DicomDataset root, ValueSearch search, CancellationToken cancellationToken)
    {
        var open = new Stack<(DicomDataset Dataset, string Path)>([(root, string.Empty)]);
        while (open.TryPop(out var level) && search.Hits.Count < MaxHits)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var item in level.Dataset)
            {
                switch (item)
                {
                    case DicomSequence sequence:
                        foreach (var child in sequence.Items)
                        {
                            open.Push((child, $"{level.Path}{sequence.Tag}."));
                        }

                        break;
                    case DicomElement element:
                        Search(level.Dataset, element, level.Path, search);
                        break;
                    case DicomFragmentSequence fragments:
                        foreach (var fragment in fragments.Fragments)
                        {
                            SearchBulk(fragment, fragments.Tag, level.Path, search);
                        }

                        break;
                    default:
                        throw new UnreachableException();
                }
            }
        }
    }

    private static void Search(DicomDataset dataset, DicomElement element, string path, ValueSearch search)
    {
        if (element.Bulk is not null)
        {
            SearchBulk(element, element.Tag, path, search);
        }
        else
        {
            search.Value(dataset, element, path);
        }
    }

    // Chunks overlap by the longest string, so that none is cut in two.
    private static void SearchBulk(DicomElement element, DicomTag tag, string path, ValueSearch search)
    {
        if (element.Bulk is not { } bulk)
        {
            search.Bulk(element.Value.Span, tag, path);
            return;
        }

        var overlap = search.LongestBulkString;
        var size = Math.Max(ChunkBytes, overlap * 4);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            for (long at = 0; ;)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(size, bulk.Length - at));
                bulk.Read(at, part);
                search.Bulk(part, tag, path);
                if (at + part.Length >= bulk.Length)
                {
                    return;
                }

                at += part.Length - overlap;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
