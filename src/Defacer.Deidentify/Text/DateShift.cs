using System.Globalization;

namespace Defacer.Deidentify.Text;

/// <summary>
/// The shift of one patient's dates: always back, the same for all series and studies, so that intervals stay. In whole
/// days times of day stay as they are; else dates and times move together over midnight.
/// </summary>
/// <param name="Days">Whole days, negative.</param>
/// <param name="Seconds">Seconds of the day on top, negative or zero.</param>
internal readonly record struct DateShift(int Days, int Seconds)
{
    private const int DaySeconds = 86_400;

    /// <summary>Whether times of day move.</summary>
    internal bool MovesTimes => Seconds != 0;

    /// <summary>A date moved, as yyyyMMdd; null when it is none.</summary>
    /// <param name="value">A DA value.</param>
    /// <param name="time">The time of day that belongs to it, or null.</param>
    internal string? Date(string value, string? time)
    {
        if (TemporalText.ParseDate(value) is not { } date)
        {
            return null;
        }

        var days = Days;
        if (MovesTimes && time is not null && TemporalText.ParseTime(time) is { Seconds: var seconds }
            && seconds + Seconds < 0)
        {
            days--;
        }

        return Move(date, days) is { } moved ? Format(moved) : null;
    }

    /// <summary>A time of day moved modulo a day; null when it is none. Precision stays.</summary>
    internal string? Time(string value)
    {
        if (TemporalText.ParseTime(value) is not { } time)
        {
            return null;
        }

        var seconds = ((time.Seconds + Seconds) % DaySeconds + DaySeconds) % DaySeconds;
        return FormatTime(seconds, time.Digits) + time.Fraction;
    }

    /// <summary>A date with time moved; null when it is none. A year or month alone moves by its middle.</summary>
    internal string? DateTime(string value)
    {
        if (TemporalText.ParseDateTime(value) is not { } parts)
        {
            return null;
        }

        var days = Days;
        var time = string.Empty;
        if (parts.Time is { } clock)
        {
            var seconds = clock.Seconds + Seconds;
            if (seconds < 0)
            {
                seconds += DaySeconds;
                days--;
            }

            time = FormatTime(seconds, clock.Digits) + clock.Fraction;
        }

        return Move(parts.Date, days) is { } moved
            ? Format(moved)[..parts.DateDigits] + time + parts.Zone
            : null;
    }

    private static DateOnly? Move(DateOnly date, int days) =>
        date.DayNumber + days > 0 ? date.AddDays(days) : null;

    private static string Format(DateOnly date) => date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static string FormatTime(int seconds, int digits) => string.Create(
        CultureInfo.InvariantCulture, $"{seconds / 3600:00}{seconds / 60 % 60:00}{seconds % 60:00}")[..digits];
}
