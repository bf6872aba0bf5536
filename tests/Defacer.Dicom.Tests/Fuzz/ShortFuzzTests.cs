using Defacer.Fuzz;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Fuzz;

/// <summary>
/// The short form of the fuzzing in tests/Defacer.Fuzz: each target on mutants of the fixtures, the same every time, and on
/// every input that once failed.
/// </summary>
public sealed class ShortFuzzTests
{
    private const int MutantsOfATarget = 3000;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Keys];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Target_MutatedFixtures_EndsWithAResultOrItsOwnError(string name)
    {
        var target = FuzzTargets.All[name];
        var seeds = Seeds.From(SharedData.Require("fixtures")).Where(s => s.Target == name).Select(s => s.Bytes).ToList();
        Assert.NotEmpty(seeds);
        var random = new Random(17);
        for (var i = 0; i < MutantsOfATarget; i++)
        {
            var input = Mutate(seeds[i % seeds.Count], random);
            try
            {
                target(input);
            }
            catch (Exception e)
            {
                var head = Convert.ToHexString(input[..Math.Min(64, input.Length)]);
                throw new Xunit.Sdk.XunitException($"Mutant {i} of {name}, {input.Length} bytes: {head}", e);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Target_InputThatOnceFailed_EndsWithAResultOrItsOwnError(string name)
    {
        var folder = Path.Combine(SharedData.RepositoryRoot, "tests", "Defacer.Fuzz", "Regressions", name);
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            FuzzTargets.All[name](File.ReadAllBytes(path));
        }
    }

    // Bytes set, bits flipped, parts cut, doubled or moved.
    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToArray();
        for (var k = random.Next(1, 6); k > 0 && bytes.Length > 0; k--)
        {
            var at = random.Next(bytes.Length);
            var end = Math.Min(bytes.Length, at + random.Next(1, 64));
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.AsSpan(at, end - at).Fill((byte)(random.Next(2) * 255));
                    break;
                case 3:
                    bytes = [.. bytes[..at], .. bytes[end..]];
                    break;
                case 4:
                    bytes = [.. bytes[..end], .. bytes[at..]];
                    break;
                default:
                    bytes = bytes[..at];
                    break;
            }
        }

        return bytes;
    }
}
