using System.Collections.Frozen;
using System.Text.Json;

namespace Defacer.Deidentify.Text;

/// <summary>Words that may stay in descriptions (<c>words.json</c>), and those that a site adds. Upper and lower case
/// are one.</summary>
internal sealed class Vocabulary
{
    private readonly FrozenSet<string> _words;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    private Vocabulary(IEnumerable<string> words)
    {
        _words = words.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    internal bool Contains(ReadOnlySpan<char> word) => _lookup.Contains(word);

    internal Vocabulary With(IReadOnlyCollection<string> words) =>
        words.Count == 0 ? this : new Vocabulary(_words.Concat(words));

    internal static Vocabulary Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return new Vocabulary(document.RootElement.EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.Array)
            .SelectMany(p => p.Value.EnumerateArray())
            .SelectMany(line => line.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToList());
    }
}
