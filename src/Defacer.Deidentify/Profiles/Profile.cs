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
public sealed record Profile
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

    /// <summary>What becomes of dates and times.</summary>
    public DateTreatment Dates =>
        Retains("retain-longitudinal-full-dates") ? DateTreatment.Kept
        : Retains("retain-longitudinal-modified-dates") ? DateTreatment.Shifted : DateTreatment.Removed;

    /// <summary>Whether kept text is written in UTF-8 (ISO_IR 192) instead of the character set it came in.</summary>
    public bool WritesUtf8 { get; internal init; }

    internal IReadOnlyList<ProfileOption> ActiveOptions { get; init; } = [];

    internal ProfileOverrides Overrides { get; init; } = new();

    /// <summary>The clinical trial whose subject ids take the place of pseudonyms, or null.</summary>
    internal Trial.ClinicalTrial? Trial { get; init; }

    internal DateShiftSettings DateShift { get; init; } = new();

    /// <summary>Words of the site that descriptions may hold.</summary>
    internal IReadOnlyCollection<string> KeepWords { get; init; } = [];

    /// <summary>Kinds of objects beside images that are let out, each treated in its own way.</summary>
    internal IReadOnlySet<Objects.ObjectKind> CleanedObjects { get; init; } = new HashSet<Objects.ObjectKind>();

    /// <summary>The same profile with another mapping of patients to subjects; the same one where it has no
    /// trial.</summary>
    /// <param name="mapping">The path of the CSV file.</param>
    public Profile WithSubjects(string mapping) =>
        Trial is null ? this : this with { Trial = Trial with { Subjects = new Trial.SubjectMap(mapping) } };

    /// <summary>Kinds of objects that are let out where they were clipped at the new surface.</summary>
    internal IReadOnlySet<Objects.ObjectKind> ClippedObjects { get; init; } = new HashSet<Objects.ObjectKind>();

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

    /// <summary>Whether an option is in force.</summary>
    internal bool Retains(string option) => ActiveOptions.Any(o => o.Name == option);

    /// <summary>
    /// The code in force for a row of the table. Where options give different ones, what removes more holds, and the
    /// option that is not followed is not claimed for an instance that has the attribute.
    /// </summary>
    internal RowChoice CodeFor(ConfidentialityRow row)
    {
        ProfileOption? by = null;
        var (code, waived) = (row.Basic, 0);
        foreach (var option in ActiveOptions)
        {
            var column = Array.IndexOf(Tables.Confidentiality.Options, option.Column);
            if (column < 0 || row.Options[column] is not { Length: > 0 } cell)
            {
                continue;
            }

            if (by is null || (code == "K" && cell == "C"))
            {
                waived |= by?.Bit ?? 0;
                (by, code) = (option, cell);
            }
            else if (code == "C" && cell == "K")
            {
                waived |= option.Bit;
            }
        }

        return new RowChoice(code, by is null ? RuleSource.Table : RuleSource.Option, by?.Cleaner ?? Cleaner.None,
            waived);
    }
}

/// <summary>What becomes of dates and times.</summary>
public enum DateTreatment
{
    /// <summary>Removed or replaced, as the Basic Profile says.</summary>
    Removed,

    /// <summary>Kept as they are.</summary>
    Kept,

    /// <summary>Moved by the patient's keyed shift.</summary>
    Shifted,
}

/// <summary>The code that a profile puts in force for a row.</summary>
/// <param name="Code">As printed.</param>
/// <param name="Source">Basic Profile or option.</param>
/// <param name="Cleaner">What a C means.</param>
/// <param name="Waived">Bits of options that are not followed here.</param>
internal readonly record struct RowChoice(string Code, RuleSource Source, Cleaner Cleaner, int Waived);

/// <summary>How far and how the dates of a patient move.</summary>
/// <param name="MaxDays">At most so many days back, at least one.</param>
/// <param name="WholeWeeks">Whether days of the week stay.</param>
/// <param name="MovesTimes">Whether times of day move too.</param>
internal sealed record DateShiftSettings(int MaxDays = 3650, bool WholeWeeks = false, bool MovesTimes = false);

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
