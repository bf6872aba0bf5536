using System.Buffers.Binary;

namespace Defacer.Deidentify.Verify;

/// <summary>Takes the matches of a search.</summary>
internal interface IMatchSink
{
    void Match(int pattern, int position, int length);
}

/// <summary>
/// Finds many byte strings in one pass (Wu and Manber): a window of the shortest pattern's length moves by what the
/// last two bytes under it allow, so most bytes are never looked at. Letters of ASCII match in either case.
/// </summary>
internal sealed class PatternSearch
{
    private const int BlockBytes = 2;
    private static readonly byte[] s_fold = MakeFold();
    private readonly byte[][] _patterns;
    private readonly byte[] _shift = new byte[1 << 16];
    private readonly Dictionary<ushort, int[]> _atEnd;
    private readonly int _window;

    /// <summary>Patterns of at least three bytes.</summary>
    internal PatternSearch(IReadOnlyList<byte[]> patterns)
    {
        _patterns = [.. patterns.Select(p => p.Select(b => s_fold[b]).ToArray())];
        _window = _patterns.Length == 0 ? 0 : Math.Min(255, _patterns.Min(p => p.Length));
        MaxLength = _patterns.Length == 0 ? 0 : _patterns.Max(p => p.Length);
        var atEnd = new Dictionary<ushort, List<int>>();
        Array.Fill(_shift, (byte)Math.Max(1, _window - BlockBytes + 1));
        for (var i = 0; i < _patterns.Length; i++)
        {
            for (var end = BlockBytes; end <= _window; end++)
            {
                Enter(i, end, atEnd);
            }
        }

        _atEnd = atEnd.ToDictionary(p => p.Key, p => p.Value.ToArray());
    }

    internal int Count => _patterns.Length;

    /// <summary>A letter of ASCII in upper case; any other byte as it is.</summary>
    internal static byte Fold(byte b) => s_fold[b];

    /// <summary>The length of the longest pattern in bytes.</summary>
    internal int MaxLength { get; }

    internal void Search<TSink>(ReadOnlySpan<byte> text, ref TSink sink)
        where TSink : struct, IMatchSink
    {
        if (_patterns.Length == 0)
        {
            return;
        }

        ReadOnlySpan<byte> shifts = _shift;
        for (var at = _window - BlockBytes; at <= text.Length - BlockBytes;)
        {
            var block = BinaryPrimitives.ReadUInt16LittleEndian(text[at..]);
            var shift = shifts[block];
            if (shift > 0)
            {
                at += shift;
                continue;
            }

            var start = at + BlockBytes - _window;
            foreach (var index in _atEnd[block])
            {
                if (Matches(text[start..], _patterns[index]))
                {
                    sink.Match(index, start, _patterns[index].Length);
                }
            }

            at++;
        }
    }

    // Both cases of both letters, so that the text need not be folded on the way.
    private void Enter(int pattern, int end, Dictionary<ushort, List<int>> atEnd)
    {
        foreach (var first in Cases(_patterns[pattern][end - 2]))
        {
            foreach (var second in Cases(_patterns[pattern][end - 1]))
            {
                var block = (ushort)(first | (second << 8));
                _shift[block] = (byte)Math.Min(_shift[block], _window - end);
                if (end == _window)
                {
                    (atEnd.TryGetValue(block, out var list) ? list : atEnd[block] = []).Add(pattern);
                }
            }
        }
    }

    private static byte[] Cases(byte folded) =>
        folded is >= (byte)'A' and <= (byte)'Z' ? [folded, (byte)(folded + 32)] : [folded];

    /// <summary>Whether a text begins with a folded pattern, in either case.</summary>
    internal static bool Matches(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern)
    {
        if (text.Length < pattern.Length)
        {
            return false;
        }

        for (var i = 0; i < pattern.Length; i++)
        {
            if (s_fold[text[i]] != pattern[i])
            {
                return false;
            }
        }

        return true;
    }

    private static byte[] MakeFold()
    {
        var fold = new byte[256];
        for (var i = 0; i < 256; i++)
        {
            fold[i] = i is >= 'a' and <= 'z' ? (byte)(i - 32) : (byte)i;
        }

        return fold;
    }
}
