using System.Globalization;

namespace Defacer.Evaluate;

/// <summary>
/// A patient who does not exist, with all that a hospital knows of one. The same number gives the same person; names
/// are made of syllables, so that they are nobody's and occur nowhere by chance.
/// </summary>
internal sealed class InventedPerson
{
    private static readonly string[] s_begin =
        ["Brol", "Quist", "Zwel", "Trov", "Plim", "Skard", "Voln", "Drax", "Flen", "Grom", "Huld", "Jask", "Krev", "Lund", "Morv", "Nysk"];

    private static readonly string[] s_end =
        ["avik", "endorf", "ubald", "imova", "oskar", "elquist", "anzig", "ojewa", "urtag", "ifeld", "ondra", "akis"];

    // Names that are also words of descriptions and codes.
    private static readonly string[] s_words = ["Head", "Chest", "Temple", "Foot"];

    // Two letters beyond ASCII; a name in ideographs with its phonetic form.
    private static readonly string[] s_foreign = ["Müllöhr", "Ångsröm", "Łukowiçz", "Дрозденко"];
    private uint _state;

    internal InventedPerson(int number, int seed, bool unicode)
    {
        _state = (uint)((number * 7919) + (seed * 104729) + 17);
        IsOrdinaryWord = number % 12 == 11;
        Family = IsOrdinaryWord ? s_words[number / 12 % s_words.Length]
            : unicode && number % 2 == 1 ? s_foreign[number / 2 % s_foreign.Length] + Name().ToLowerInvariant()
            : Name();
        (Given, Maiden, Doctor, Operator) = (Name(), Name(), Name(), Name());
        (City, Hospital, Street) = (Name() + "burg", Name() + "klinik", Name() + "gasse");
        Id = string.Create(CultureInfo.InvariantCulture, $"{Next(90) + 10}-{Next(900000) + 100000}-{(char)('A' + Next(26))}");
        Accession = string.Create(CultureInfo.InvariantCulture, $"AC{Next(9000000) + 1000000}");
        Serial = string.Create(CultureInfo.InvariantCulture, $"SN{Next(9000000) + 1000000}");
        Phone = string.Create(CultureInfo.InvariantCulture, $"+49 {Next(900) + 100} {Next(9000000) + 1000000}");
        Mail = $"{Given.ToLowerInvariant()}@{City.ToLowerInvariant()}.example";
        Born = new DateOnly(1931 + Next(60), 1 + Next(12), 1 + Next(28));
        Visit = new DateOnly(2012 + Next(12), 1 + Next(12), 1 + Next(28));
    }

    /// <summary>Whether the family name is also a word that descriptions and codes may hold.</summary>
    internal bool IsOrdinaryWord { get; }

    internal string Family { get; }

    internal string Given { get; }

    internal string Maiden { get; }

    internal string Doctor { get; }

    internal string Operator { get; }

    internal string City { get; }

    internal string Hospital { get; }

    internal string Street { get; }

    internal string Id { get; }

    internal string Accession { get; }

    internal string Serial { get; }

    internal string Phone { get; }

    internal string Mail { get; }

    internal DateOnly Born { get; }

    internal DateOnly Visit { get; }

    /// <summary>What a name in braces stands for in a planted text.</summary>
    internal string this[string field] => field switch
    {
        "family" => Family,
        "FAMILY" => Family.ToUpperInvariant(),
        "given" => Given,
        "maiden" => Maiden,
        "doctor" => Doctor,
        "operator" => Operator,
        "city" => City,
        "hospital" => Hospital,
        "street" => Street,
        "id" => Id,
        "idbare" => Id.Replace("-", string.Empty, StringComparison.Ordinal),
        "accession" => Accession,
        "serial" => Serial,
        "phone" => Phone,
        "mail" => Mail,
        "born" => Born.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
        "born." => Born.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture),
        "visit" => Visit.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
        "visit-" => Visit.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "visit/" => Visit.ToString("MM/dd/yyyy", CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"There is no field '{field}'.", nameof(field)),
    };

    private string Name() => s_begin[Next(s_begin.Length)] + s_end[Next(s_end.Length)];

    // A fixed sequence: results must repeat.
    private int Next(int below)
    {
        _state = (_state * 1664525) + 1013904223;
        return (int)((_state >> 8) % (uint)below);
    }
}
