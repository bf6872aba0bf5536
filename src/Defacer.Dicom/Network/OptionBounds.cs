namespace Defacer.Dicom.Network;

/// <summary>Refuses options outside their range, by name.</summary>
internal static class OptionBounds
{
    internal static void Require(long value, long least, long most, string option)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{option} must be {least} to {most}.");
        }
    }

    internal static void Require(TimeSpan value, string option)
    {
        // The longest that a timer takes is 49 days.
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(49))
        {
            throw new ArgumentOutOfRangeException(
                nameof(value), value, $"{option} must be above zero and below 49 days.");
        }
    }

    internal static void RequireVersionName(string value)
    {
        if (value.Length is 0 or > 16 || value.Any(c => c is < ' ' or > '~'))
        {
            throw new ArgumentException(
                "An implementation version name has 1 to 16 printable ASCII characters (PS3.7 D.3.3.2.4).",
                nameof(value));
        }
    }

    internal static void RequireAeTitle(string value, string option)
    {
        if (!AeTitle.IsValid(value))
        {
            throw new ArgumentException(
                $"{option}: an AE title has 1 to 16 printable ASCII characters, no backslash, no space at its ends.",
                nameof(value));
        }
    }
}
