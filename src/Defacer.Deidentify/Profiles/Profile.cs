using Defacer.Deidentify.Actions;
using Defacer.Deidentify.Standard;

namespace Defacer.Deidentify.Profiles;

/// <summary>What is done with images whose pixels may carry burnt-in text that nobody checked.</summary>
public enum PixelTextPolicy
{
    /// <summary>Parked. The default.</summary>
    Park,

    /// <summary>Let through, on the site's own responsibility.</summary>
    Pass,
}

/// <summary>
/// A de-identification profile: the Basic Profile of PS3.15, options by name, and overrides. Loaded from a JSON file
/// with comments; immutable.
/// </summary>
public sealed class Profile
{
    internal Profile(StandardTables tables, string name)
    {
        Tables = tables;
        Name = name;
    }

    /// <summary>The name, as configuration and reports use it.</summary>
    public string Name { get; }

    /// <summary>The names of the options of PS3.15 E.3 that are in force.</summary>
    public IReadOnlyList<string> Options => [.. ActiveOptions.Select(o => o.Name)];

    /// <summary>Images that may carry burnt-in text.</summary>
    public PixelTextPolicy UnverifiedPixelText { get; internal init; }

    /// <summary>The tables that the profile builds on.</summary>
    public StandardTables Tables { get; }

    /// <summary>
    /// Whether everything that the Basic Profile asks for is done: no override keeps what the table acts on. Only then
    /// is code 113100 claimed.
    /// </summary>
    public bool IsBasicComplete { get; internal init; } = true;

    internal IReadOnlyList<ProfileOption> ActiveOptions { get; init; } = [];

    internal ProfileOverrides Overrides { get; init; } = new();

    /// <summary>The Basic Profile alone, without options and overrides.</summary>
    public static Profile Basic(StandardTables tables) => new(tables, "basic");

    /// <summary>Loads a profile.</summary>
    /// <exception cref="ProfileException">The file is no valid profile; all errors at once.</exception>
    public static Profile Load(string path, StandardTables tables)
    {
        byte[] json;
        try
        {
            json = File.ReadAllBytes(path);
        }
        catch (IOException e)
        {
            throw new ProfileException($"Profile {path} cannot be read: {e.Message}", e);
        }

        return new ProfileReader(path, tables).Read(json);
    }

    /// <summary>The code in force for a row of the table, and where it is from.</summary>
    internal (string Code, RuleSource Source) CodeFor(ConfidentialityRow row)
    {
        foreach (var option in ActiveOptions)
        {
            var column = Array.IndexOf(Tables.Confidentiality.Options, option.Column);
            if (column >= 0 && row.Options[column].Length > 0)
            {
                return (row.Options[column], RuleSource.Option);
            }
        }

        return (row.Basic, RuleSource.Table);
    }
}

/// <summary>A profile that cannot be used, with every reason.</summary>
public sealed class ProfileException : Exception
{
    /// <inheritdoc cref="ProfileException"/>
    public ProfileException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="ProfileException"/>
    public ProfileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <inheritdoc cref="ProfileException"/>
    public ProfileException()
        : this("The profile is not valid.")
    {
    }
}
