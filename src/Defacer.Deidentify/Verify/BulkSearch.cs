using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Defacer.Deidentify.Verify;

/// <summary>
/// Finds many strings of eight bytes or more in large values in one pass. Such a string covers a whole aligned word of
/// four bytes wherever it stands, so it is enough to look at each aligned word, once, in a table of bits; the few that
/// pass are compared in full. Letters of ASCII match in either case.
/// </summary>
internal sealed class BulkSearch
{
    /// <summary>The shortest string that covers an aligned word in every position, and then some.</summary>
    internal const int MinLength = 8;

    private const int WordBytes = 4;

    // Sets the bit in which upper and lower case differ; for what is no letter it only merges table entries.
    private const uint CaseBits = 0x20202020;

    // 128 Ki bits are 16 KiB: they stay in the first cache. A hundred strings set 400 of them.
    private const int TableBits = 17;
    private const uint Multiplier = 0x9E3779B1;
    private readonly byte[][] _patterns;
    private readonly uint[] _bits = new uint[1 << (TableBits - 5)];
    private readonly Dictionary<uint, (int Pattern, int Offset)[]> _words;

    internal BulkSearch(IReadOnlyList<byte[]> patterns)
    {
        _patterns = [.. patterns.Select(p => p.Select(PatternSearch.Fold).ToArray())];
        MaxLength = _patterns.Length == 0 ? 0 : _patterns.Max(p => p.Length);
        var words = new Dictionary<uint, List<(int, int)>>();
        for (var i = 0; i < _patterns.Length; i++)
        {
            for (var offset = 0; offset < WordBytes; offset++)
            {
                var word = MemoryMarshal.Read<uint>(_patterns[i].AsSpan(offset)) | CaseBits;
                _bits[Hash(word) >> 5] |= 1u << (int)(Hash(word) & 31);
                (words.TryGetValue(word, out var list) ? list : words[word] = []).Add((i, offset));
            }
        }

        _words = words.ToDictionary(w => w.Key, w => w.Value.ToArray());
    }

    /// <summary>The length of the longest string in bytes.</summary>
    internal int MaxLength { get; }

    internal void Search<TSink>(ReadOnlySpan<byte> text, ref TSink sink)
        where TSink : struct, IMatchSink
    {
        if (_patterns.Length == 0)
        {
            return;
        }

        var words = MemoryMarshal.Cast<byte, uint>(text);
        for (var at = 0; (at = NextCandidate(words, at, _bits)) < words.Length; at++)
        {
            if (!_words.TryGetValue(words[at] | CaseBits, out var places))
            {
                continue;
            }

            foreach (var (pattern, offset) in places)
            {
                var start = (at * WordBytes) - offset;
                if (start >= 0 && PatternSearch.Matches(text[start..], _patterns[pattern]))
                {
                    sink.Match(pattern, start, _patterns[pattern].Length);
                }
            }
        }
    }

    // The loop that walks over every pixel: compiled once with all optimisation, no branch but one in four words.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int NextCandidate(ReadOnlySpan<uint> words, int at, uint[] bits)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(bits);
        ref var first = ref MemoryMarshal.GetReference(words);
        for (; at + 4 <= words.Length; at += 4)
        {
            var any = Bit(ref table, Unsafe.Add(ref first, at))
                | Bit(ref table, Unsafe.Add(ref first, at + 1))
                | Bit(ref table, Unsafe.Add(ref first, at + 2))
                | Bit(ref table, Unsafe.Add(ref first, at + 3));
            if ((any & 1) != 0)
            {
                break;
            }
        }

        for (; at < words.Length; at++)
        {
            if ((Bit(ref table, Unsafe.Add(ref first, at)) & 1) != 0)
            {
                return at;
            }
        }

        return at;
    }

    // Only the lowest bit of the result counts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Bit(ref uint table, uint word)
    {
        var hash = Hash(word | CaseBits);
        return Unsafe.Add(ref table, hash >> 5) >> (int)(hash & 31);
    }

    private static uint Hash(uint word) => (word * Multiplier) >> (32 - TableBits);
}
