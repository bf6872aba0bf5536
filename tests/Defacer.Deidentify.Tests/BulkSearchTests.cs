using System.Runtime.InteropServices;
using System.Text;
using Defacer.Deidentify.Verify;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>The search of large values finds every string wherever it lies, and nothing else.</summary>
public sealed class BulkSearchTests
{
    private static readonly byte[][] s_patterns =
    [
        "Mustermann"u8.ToArray(), "20240315"u8.ToArray(), "1.2.840.99999.4711.1"u8.ToArray(),
        Encoding.Unicode.GetBytes("Mustermann"), Encoding.BigEndianUnicode.GetBytes("Mustermann"),
        Encoding.UTF8.GetBytes("\u041C\u0443\u0441\u0442\u0435\u0440"),
    ];

    [Fact]
    public void Search_StringAtEveryOffset_IsFoundOnceThere()
    {
        for (var pattern = 0; pattern < s_patterns.Length; pattern++)
        {
            for (var offset = 0; offset < 40; offset++)
            {
                // Not zero, before which big endian characters look like little endian ones.
                var text = Enumerable.Repeat((byte)0xFF, 128).ToArray();
                s_patterns[pattern].CopyTo(text, offset);

                Assert.Equal([(pattern, offset)], Find(text));
            }
        }
    }

    [Fact]
    public void Search_StringAtTheVeryEnd_IsFound()
    {
        for (var length = 20; length < 40; length++)
        {
            var text = new byte[length];
            s_patterns[0].CopyTo(text, length - s_patterns[0].Length);

            Assert.Equal([(0, length - s_patterns[0].Length)], Find(text));
        }
    }

    [Fact]
    public void Search_OtherCase_IsFound()
    {
        Assert.Equal([(0, 3)], Find("...MUSTERMANN..."u8.ToArray()));
        Assert.Equal([(0, 2)], Find("..mUsTeRmAnN"u8.ToArray()));
    }

    [Fact]
    public void Search_PartOfAString_IsNotFound()
    {
        Assert.Empty(Find("Mustermahn Musterman 2024031 1.2.840.99999.4711.2"u8.ToArray()));
        Assert.Empty(Find([]));
        Assert.Empty(Find("Mu"u8.ToArray()));
    }

    [Theory]
    [InlineData("Mustermann 17")]
    [InlineData("\u041C\u0443\u0441\u0442\u0435\u0440 17")]
    [InlineData("M\u00FCller-L\u00FCdenscheidt")]
    public void Search_BytesLikePixels_FindsWhatASimpleSearchFinds(string text)
    {
        byte[][] patterns =
        [
            Encoding.UTF8.GetBytes(text), Encoding.Unicode.GetBytes(text), Encoding.BigEndianUnicode.GetBytes(text),
            Encoding.Latin1.GetBytes(text),
        ];
        var random = new Random(17);
        foreach (var highest in new[] { 1, 50, 4096, 65536 })
        {
            // Noise of 16 bits in which strings begin at odd and even places; some of them are cut short.
            var bytes = new byte[40_000];
            for (var i = 0; i < bytes.Length; i += 2)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(i), (ushort)random.Next(highest));
            }

            for (var at = 0; at + 64 < bytes.Length; at += 64 + random.Next(200))
            {
                var pattern = patterns[random.Next(patterns.Length)];
                pattern.AsSpan(0, random.Next(4) == 0 ? pattern.Length - 1 : pattern.Length).CopyTo(bytes.AsSpan(at));
            }

            Assert.Equal(Simple(bytes, patterns), Find(bytes, patterns).Order());
        }
    }

    [Fact]
    public void NextBlock_EveryWidthOfTheProcessor_SaysTheSame()
    {
        var bytes = new byte[64 * 1024];
        new Random(3).NextBytes(bytes);
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        var tested = new ByteClass(s_patterns);

        for (var at = 0; at < words.Length - ByteClass.BlockWords; at += ByteClass.BlockWords)
        {
            Assert.Equal(tested.NextBlock(words, at), tested.NextBlock128(words, at));
        }
    }

    private static List<(int, int)> Simple(byte[] text, byte[][] patterns)
    {
        var found = new List<(int, int)>();
        for (var i = 0; i < patterns.Length; i++)
        {
            for (var at = 0; at + patterns[i].Length <= text.Length; at++)
            {
                if (text.AsSpan(at, patterns[i].Length).SequenceEqual(patterns[i]))
                {
                    found.Add((i, at));
                }
            }
        }

        return found;
    }

    private static List<(int Pattern, int Position)> Find(byte[] text) => Find(text, s_patterns);

    private static List<(int Pattern, int Position)> Find(byte[] text, byte[][] patterns)
    {
        var sink = new Sink { Found = [] };
        new BulkSearch(patterns).Search(text, ref sink);
        return sink.Found;
    }

    private struct Sink : IMatchSink
    {
        internal List<(int, int)> Found { get; init; }

        public readonly void Match(int pattern, int position, int length) => Found.Add((pattern, position));
    }
}
