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

    private static List<(int Pattern, int Position)> Find(byte[] text)
    {
        var sink = new Sink { Found = [] };
        new BulkSearch(s_patterns).Search(text, ref sink);
        return sink.Found;
    }

    private struct Sink : IMatchSink
    {
        internal List<(int, int)> Found { get; init; }

        public readonly void Match(int pattern, int position, int length) => Found.Add((pattern, position));
    }
}
