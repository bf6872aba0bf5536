using System.Security.Cryptography;
using System.Text.Json;

namespace Defacer.Deidentify.Standard;

/// <summary>
/// The tables of <c>config/standard</c>. Each file's SHA-256 is checked against the manifest when it is loaded, so that
/// a table that was edited or half copied stops the start instead of letting something through. Parsed at first use.
/// </summary>
public sealed class StandardTables
{
    private readonly Dictionary<string, byte[]> _files;
    private readonly Lazy<ConfidentialityTable> _confidentiality;
    private readonly Lazy<IodTypes> _iodTypes;
    private readonly Lazy<Dictionary<string, SopClass>> _sopClasses;
    private readonly Lazy<Dictionary<string, MethodCode>> _methodCodes;
    private readonly Lazy<UnlistedAttributes> _unlisted;
    private readonly Lazy<SafePrivate> _safePrivate;
    private readonly Lazy<Text.Vocabulary> _words;
    private readonly Lazy<Pixels.BurntIn.DeviceRules> _deviceRules;

    private StandardTables(string folder, Dictionary<string, byte[]> files, string edition)
    {
        Folder = folder;
        Edition = edition;
        _files = files;
        _confidentiality = new(() => ConfidentialityTable.Parse(File("confidentiality.json")));
        _iodTypes = new(() => IodTypes.Parse(File("iod_types.json.gz")));
        _sopClasses = new(() => SopClass.Parse(File("sop_classes.json")));
        _methodCodes = new(() => MethodCode.Parse(File("cid_7050.json")));
        _unlisted = new(() => UnlistedAttributes.Parse(File("unlisted.json")));
        _safePrivate = new(() => SafePrivate.Parse(File("safe_private.json")));
        _deviceRules = new(() => Pixels.BurntIn.DeviceRules.Load(
            Path.Combine(folder, "..", "burnt-in", "rules.csv")));
        _words = new(() => Text.Vocabulary.Parse(File("words.json")));
    }

    /// <summary>The folder that the tables came from.</summary>
    public string Folder { get; }

    /// <summary>The edition of PS3.15 Table E.1-1, such as 2026d.</summary>
    public string Edition { get; }

    internal ConfidentialityTable Confidentiality => _confidentiality.Value;

    internal IodTypes IodTypes => _iodTypes.Value;

    /// <summary>Storage SOP classes by UID.</summary>
    internal Dictionary<string, SopClass> SopClasses => _sopClasses.Value;

    /// <summary>CID 7050 by option name.</summary>
    internal Dictionary<string, MethodCode> MethodCodes => _methodCodes.Value;

    internal UnlistedAttributes Unlisted => _unlisted.Value;

    /// <summary>PS3.15 Table E.3.10-1.</summary>
    internal SafePrivate SafePrivate => _safePrivate.Value;

    /// <summary>Where devices burn text into pixels; in <c>burnt-in</c> beside the tables.</summary>
    internal Pixels.BurntIn.DeviceRules DeviceRules => _deviceRules.Value;

    /// <summary>Words that descriptions may hold.</summary>
    internal Text.Vocabulary Words => _words.Value;

    /// <summary>Reads the tables of a folder.</summary>
    /// <exception cref="InvalidDataException">A file is missing or is not the one that the manifest names.</exception>
    public static StandardTables Load(string folder)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var manifestPath = Path.Combine(folder, "manifest.json");
        if (!System.IO.File.Exists(manifestPath))
        {
            throw new InvalidDataException(
                $"The tables of the standard are missing: {manifestPath} does not exist. "
                + "Install the folder config/standard beside the program.");
        }

        using var manifest = JsonDocument.Parse(System.IO.File.ReadAllBytes(manifestPath));
        var edition = string.Empty;
        foreach (var file in manifest.RootElement.GetProperty("files").EnumerateObject())
        {
            files[file.Name] =
                ReadChecked(Path.Combine(folder, file.Name), file.Value.GetProperty("sha256").GetString()!);
            if (file.Name == "confidentiality.json")
            {
                edition = file.Value.GetProperty("edition").GetString()!;
            }
        }

        return new StandardTables(folder, files, edition);
    }

    private static byte[] ReadChecked(string path, string sha256)
    {
        if (!System.IO.File.Exists(path))
        {
            throw new InvalidDataException(
                $"A table of the standard is missing: {path}. Install the folder config/standard again.");
        }

        var bytes = System.IO.File.ReadAllBytes(path);
        if (!Convert.ToHexStringLower(SHA256.HashData(bytes)).Equals(sha256, StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                $"{path} is not the file that manifest.json names (SHA-256 differs). "
                + "Install the folder config/standard again; site rules belong in a profile, not in the tables.");
        }

        return bytes;
    }

    private byte[] File(string name) => _files.TryGetValue(name, out var bytes)
        ? bytes
        : throw new InvalidDataException($"{Path.Combine(Folder, "manifest.json")} does not name {name}.");
}
