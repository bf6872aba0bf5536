using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Defacer.Deidentify.Verify;

/// <summary>
/// The bytes that occur in strings, for passing over what none of them can lie in: 32 bytes at a time, by two look-ups
/// of half bytes. A string in UTF-16 has a zero in every second byte, which pixels have too: of such strings more bytes
/// must fit.
/// </summary>
internal sealed class ByteClass
{
    /// <summary>Words of four bytes that are judged together.</summary>
    internal const int BlockWords = 8;

    // Wherever it begins, it covers an aligned word of eight bytes.
    private const int MinWideBytes = 16;

    // The lower half of a byte leads to the upper halves that occur with it: 0 to 7 as bits in one table, 8 to F in the other.
    private readonly Vector128<byte> _rows;
    private readonly Vector128<byte> _highRows;

    internal ByteClass(IEnumerable<byte[]> strings)
    {
        Span<byte> rows = stackalloc byte[32];
        rows.Clear();
        foreach (var text in strings)
        {
            var isWide = IsWide(text);
            foreach (var b in text)
            {
                if (b != 0 || !isWide)
                {
                    Enter(rows, b);
                    Enter(rows, (byte)char.ToLowerInvariant((char)b));
                }
            }
        }

        _rows = Vector128.Create<byte>(rows[..16]);
        _highRows = Vector128.Create<byte>(rows[16..]);
    }

    /// <summary>The first block from here on in which a string may lie, in words; fewer words than a block are left
    /// unjudged.</summary>
    internal int NextBlock(ReadOnlySpan<uint> words, int at) =>
        Avx2.IsSupported ? NextBlock256(words, at) : NextBlock128(words, at);

    private static void Enter(Span<byte> rows, byte b) => rows[(b & 15) + (b < 0x80 ? 0 : 16)] |= (byte)(1 << ((b >> 4) & 7));

    private static bool IsWide(byte[] text)
    {
        var (even, odd) = (true, true);
        for (var i = 0; i < text.Length; i++)
        {
            even &= (i & 1) != 0 || text[i] == 0;
            odd &= (i & 1) == 0 || text[i] == 0;
        }

        return (even || odd) && text.Length >= MinWideBytes;
    }

    private int NextBlock256(ReadOnlySpan<uint> words, int at)
    {
        var (rows, highRows) = (Vector256.Create(_rows, _rows), Vector256.Create(_highRows, _highRows));
        var (bits, highBits) = (Vector256.Create(s_bits, s_bits), Vector256.Create(s_highBits, s_highBits));
        ref var first = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(words));
        for (; at + BlockWords <= words.Length; at += BlockWords)
        {
            var block = Vector256.LoadUnsafe(ref first, (nuint)at * sizeof(uint));
            var low = block & Vector256.Create((byte)15);
            var high = (block.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)15);
            var occurs = (Avx2.Shuffle(rows, low) & Avx2.Shuffle(bits, high))
                | (Avx2.Shuffle(highRows, low) & Avx2.Shuffle(highBits, high));
            var member = ~Vector256.Equals(occurs, Vector256<byte>.Zero);
            var zero = Vector256.Equals(block, Vector256<byte>.Zero);
            var even = Vector256.Create((ushort)0x00FF).AsByte();
            var little = Vector256.ConditionalSelect(even, member, zero).AsUInt64();
            var big = Vector256.ConditionalSelect(even, zero, member).AsUInt64();
            var found = Vector256.Equals(member.AsUInt32(), Vector256<uint>.AllBitsSet).AsUInt64()
                | Vector256.Equals(little, Vector256<ulong>.AllBitsSet) | Vector256.Equals(big, Vector256<ulong>.AllBitsSet);
            if (found != Vector256<ulong>.Zero)
            {
                return at;
            }
        }

        return at;
    }

    internal int NextBlock128(ReadOnlySpan<uint> words, int at)
    {
        ref var first = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(words));
        for (; at + BlockWords <= words.Length; at += BlockWords)
        {
            if ((Fits(Vector128.LoadUnsafe(ref first, (nuint)at * sizeof(uint)))
                | Fits(Vector128.LoadUnsafe(ref first, ((nuint)at * sizeof(uint)) + 16))) != Vector128<ulong>.Zero)
            {
                return at;
            }
        }

        return at;
    }

    private Vector128<ulong> Fits(Vector128<byte> block)
    {
        var low = block & Vector128.Create((byte)15);
        var high = (block.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)15);
        var occurs = (Vector128.ShuffleNative(_rows, low) & Vector128.ShuffleNative(s_bits, high))
            | (Vector128.ShuffleNative(_highRows, low) & Vector128.ShuffleNative(s_highBits, high));
        var member = ~Vector128.Equals(occurs, Vector128<byte>.Zero);
        var zero = Vector128.Equals(block, Vector128<byte>.Zero);
        var even = Vector128.Create((ushort)0x00FF).AsByte();
        var little = Vector128.ConditionalSelect(even, member, zero).AsUInt64();
        var big = Vector128.ConditionalSelect(even, zero, member).AsUInt64();
        return Vector128.Equals(member.AsUInt32(), Vector128<uint>.AllBitsSet).AsUInt64()
            | Vector128.Equals(little, Vector128<ulong>.AllBitsSet) | Vector128.Equals(big, Vector128<ulong>.AllBitsSet);
    }

    private static readonly Vector128<byte> s_bits =
        Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0);

    private static readonly Vector128<byte> s_highBits =
        Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128);
}
