using System.Globalization;

namespace Defacer.Configuration;

/// <summary>A number of bytes as people write it: <c>10 GB</c> (10^9), <c>512 MiB</c> (2^20), <c>1000000</c>.</summary>
/// <param name="Bytes">The number of bytes.</param>
public readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Unit, long Factor)[] s_units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ];

    /// <summary>Reads a size; null when it is none.</summary>
    public static ByteSize? Parse(string text)
    {
        var number = text.Trim();
        var factor = 1L;
        foreach (var (unit, bytes) in s_units)
        {
            if (number.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                (number, factor) = (number[..^unit.Length].TrimEnd(), bytes);
                break;
            }
        }

        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value * factor <= long.MaxValue
            ? new ByteSize((long)(value * factor))
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bytes / 1e9:0.###} GB");
}

/// <summary>How long originals and outputs stay after every destination confirmed.</summary>
/// <param name="For">The time; null for always.</param>
public readonly record struct KeepOriginals(TimeSpan? For)
{
    /// <summary>Removed at once.</summary>
    public static KeepOriginals None => new(TimeSpan.Zero);

    /// <summary>Never removed.</summary>
    public static KeepOriginals Always => new((TimeSpan?)null);

    /// <summary>Reads <c>none</c>, <c>always</c> or a time; null when it is none of them.</summary>
    public static KeepOriginals? Parse(string text) => text.Trim() switch
    {
        var t when t.Equals("none", StringComparison.OrdinalIgnoreCase) => None,
        var t when t.Equals("always", StringComparison.OrdinalIgnoreCase) => Always,
        var t when TimeSpan.TryParse(t, CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero =>
            new(time),
        _ => null,
    };
}
