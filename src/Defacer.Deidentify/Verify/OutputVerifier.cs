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

    /// <summary>Checks one written file by itself.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VerifyResult Check(string outputPath, IdentitySet identities, CancellationToken cancellationToken) =>
        Check(outputPath, identities, null, null, cancellationToken);

    /// <summary>
    /// Checks one written file beside the original it was made from: also that its dates moved, and that its UIDs lead
    /// where those of the original lead.
    /// </summary>
    /// <param name="outputPath">The file.</param>
    /// <param name="identities">What the study knew.</param>
    /// <param name="original">The original; null when it is not known which.</param>
    /// <param name="references">What the other outputs said; null when they are not to be compared.</param>
    /// <param name="cancellationToken">Looked at once a level of nesting and a part of a large value.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VerifyResult Check(string outputPath, IdentitySet identities, DicomFile? original,
        ReferenceCheck? references, CancellationToken cancellationToken)
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

        var pairs = original is null ? [] : PairWalk.Of(original.Dataset, file.Dataset);
        var moved = identities.Retained.HasFlag(RetainedIdentity.MovedDates) ? PairWalk.MovedDates(pairs) : null;
        var search = new ValueSearch(identities) { MovedDates = moved };
        using (var bulk = new BulkReader(outputPath, file.TransferSyntax))
        {
            Walk(file.FileMetaInfo, search, bulk, cancellationToken);
            Walk(file.Dataset, search, bulk, cancellationToken);
        }

        var problems = StructureCheck.Run(file, identities.Retained);
        if (references is not null)
        {
            problems.AddRange(references.Add(pairs));
        }

        return new VerifyResult(
            search.Hits, problems, search.BytesSearched, search.ValuesSearched, identities.Count,
            Stopwatch.GetElapsedTime(started));
    }

    private static void Walk(
        DicomDataset root, ValueSearch search, BulkReader reader, CancellationToken cancellationToken)
    {
        var open = new Stack<(DicomDataset Dataset, string Path)>();
        open.Push((root, string.Empty));
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
                    case DicomElement { Bulk: { } bulk } element:
                        SearchBulk(bulk, element.Tag, level.Path, search, reader, cancellationToken);
                        break;
                    case DicomElement element:
                        search.Value(level.Dataset, element, level.Path);
                        break;
                    case DicomFragmentSequence fragments:
                        SearchFragments(fragments, level.Path, search, reader, cancellationToken);
                        break;
                    default:
                        throw new UnreachableException();
                }
            }
        }
    }

    private static void SearchFragments(DicomFragmentSequence fragments, string path, ValueSearch search,
        BulkReader reader, CancellationToken cancellationToken)
    {
        foreach (var fragment in fragments.Fragments)
        {
            if (fragment.Bulk is { } bulk)
            {
                SearchBulk(bulk, fragments.Tag, path, search, reader, cancellationToken);
            }
            else
            {
                search.Bulk(fragment.Value.Span, fragments.Tag, path);
            }
        }
    }

    // Parts overlap by the longest string, so that none is cut in two.
    private static void SearchBulk(DicomBulk bulk, DicomTag tag, string path, ValueSearch search, BulkReader reader,
        CancellationToken cancellationToken)
    {
        var overlap = search.LongestBulkString;
        var size = Math.Max(ChunkBytes, overlap * 4);
        // Rented and returned here.
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            for (long at = 0; ;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var part = buffer.AsSpan(0, (int)Math.Min(size, bulk.Length - at));
                reader.Read(bulk, at, part);
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
