using System.Runtime.InteropServices;

namespace Defacer.Deidentify.Verify;

/// <summary>
/// Finds many strings of eight bytes or more in large values in one pass. Such a string covers a whole aligned word of
/// four bytes wherever it stands, so it is enough to look at each aligned word, once: eight words at a time, whether all
/// bytes of one occur in any string; what passes, in a table of bits; the few that are left are compared in full. Letters
/// of ASCII match in either case.
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
    private readonly ByteClass _class;

    internal BulkSearch(IReadOnlyList<byte[]> patterns)
    {
        _patterns = [.. patterns.Select(p => p.Select(PatternSearch.Fold).ToArray())];
        MaxLength = _patterns.Length == 0 ? 0 : _patterns.Max(p => p.Length);
        _class = new ByteClass(_patterns);
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
        for (var done = 0; done < words.Length;)
        {
            // Two words of a string in UTF-16 must fit, and the first one may be the last of the block before.
            var block = _class.NextBlock(words, done);
            var at = Math.Max(done, block - 1);
            for (done = Math.Min(words.Length, block + ByteClass.BlockWords); at < done; at++)
            {
                var hash = Hash(words[at] | CaseBits);
                if ((_bits[hash >> 5] >> (int)(hash & 31) & 1) != 0)
                {
                    Compare(text, at, words[at] | CaseBits, ref sink);
                }
            }
        }
    }

    private void Compare<TSink>(ReadOnlySpan<byte> text, int at, uint word, ref TSink sink)
        where TSink : struct, IMatchSink
    {
        if (!_words.TryGetValue(word, out var places))
        {
            return;
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

    private static uint Hash(uint word) => (word * Multiplier) >> (32 - TableBits);
}
