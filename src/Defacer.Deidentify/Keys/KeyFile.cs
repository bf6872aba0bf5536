using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Cryptography;
using System.Security.Principal;
using System.Text;

namespace Defacer.Deidentify.Keys;

/// <summary>
/// The file of a site's keys: a line each, the first one in force, the others kept so that what was made with them can
/// still be told. Readable by its owner only.
/// </summary>
public static class KeyFile
{
    internal const string Mark = "defacer-site-key-1";
    internal const int KeyBytes = 32;

    /// <summary>All keys of a file, the one in force first.</summary>
    /// <exception cref="InvalidDataException">What is there is no site key.</exception>
    public static IReadOnlyList<SiteKey> Read(string path) => Parse(File.ReadAllText(path), path);

    /// <summary>
    /// Puts a new key in force and keeps the others. From then on every patient gets another pseudonym: it begins a
    /// new project.
    /// </summary>
    public static SiteKey Rotate(string path)
    {
        var keys = Read(path);
        var added = new SiteKey(RandomNumberGenerator.GetBytes(KeyBytes), isNew: true);
        Replace(path, [added, .. keys]);
        return added;
    }

    /// <summary>Puts an earlier key in force again.</summary>
    /// <exception cref="InvalidDataException">The file holds no key of that id.</exception>
    public static SiteKey Activate(string path, string id)
    {
        var keys = Read(path);
        var chosen = keys.FirstOrDefault(k => k.Id == id) ?? throw new InvalidDataException(
            $"{path} holds no key {id}; it holds {string.Join(", ", keys.Select(k => k.Id))}.");
        Replace(path, [chosen, .. keys.Where(k => k != chosen)]);
        return chosen;
    }

    /// <summary>Who else may read the file, in words; null when nobody.</summary>
    public static string? Exposure(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return WindowsExposure(path);
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
            | UnixFileMode.OtherWrite;
        return (File.GetUnixFileMode(path) & Others) == UnixFileMode.None ? null
            : $"{path} can be read by others than its owner; run: chmod 600 {path}";
    }

    /// <summary>A new file with one key; null when another process was faster.</summary>
    internal static SiteKey? TryCreate(string path)
    {
        var key = new SiteKey(RandomNumberGenerator.GetBytes(KeyBytes), isNew: true);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        // Beside the target and then renamed: a process that starts at the same time never reads half a key.
        var partial = Write(path, [key]);
        try
        {
            File.Move(partial, path, overwrite: false);
            return key;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(partial);
            return null;
        }
    }

    internal static IReadOnlyList<SiteKey> Parse(string text, string where)
    {
        var keys = new List<SiteKey>();
        var buffer = new byte[1024];
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(':');
            if (parts.Length != 2 || parts[0] != Mark || !Convert.TryFromBase64String(parts[1], buffer, out var length)
                || length < KeyBytes)
            {
                keys.Clear();
                break;
            }

            keys.Add(new SiteKey(buffer[..length], isNew: false));
        }

        return keys.Count > 0 ? keys : throw new InvalidDataException(
            $"The {where} holds no site key: expected '{Mark}:' and at least {KeyBytes} bytes in base 64. "
            + "Restore it from the backup; a new key would give every patient another pseudonym.");
    }

    private static void Replace(string path, IEnumerable<SiteKey> keys) =>
        File.Move(Write(path, keys), path, overwrite: true);

    private static string Write(string path, IEnumerable<SiteKey> keys)
    {
        var partial = $"{path}.{Environment.ProcessId}";
        var options =
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(partial, options))
        {
            // Before the first byte of the secret is in it.
            if (OperatingSystem.IsWindows())
            {
                RestrictOnWindows(partial);
            }

            foreach (var key in keys)
            {
                stream.Write(Encoding.ASCII.GetBytes($"{Mark}:{key.ToBase64()}\n"));
            }

            stream.Flush(flushToDisk: true);
        }

        return partial;
    }

    // Not inherited: the owner, the system and the administrators, who can take ownership in any case.
    [SupportedOSPlatform("windows")]
    private static void RestrictOnWindows(string path)
    {
        using var owner = WindowsIdentity.GetCurrent();
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var who in (IdentityReference[])[owner.User!,
            new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null),
            new SecurityIdentifier(WellKnownSidType.BuiltinAdministratorsSid, null)])
        {
            security.AddAccessRule(
                new FileSystemAccessRule(who, FileSystemRights.FullControl, AccessControlType.Allow));
        }

        new FileInfo(path).SetAccessControl(security);
    }

    [SupportedOSPlatform("windows")]
    private static string? WindowsExposure(string path)
    {
        WellKnownSidType[] everybody =
            [WellKnownSidType.WorldSid, WellKnownSidType.AuthenticatedUserSid, WellKnownSidType.BuiltinUsersSid];
        var rules = new FileInfo(path).GetAccessControl().GetAccessRules(true, true, typeof(SecurityIdentifier));
        return rules.Cast<FileSystemAccessRule>().Any(r => r.AccessControlType == AccessControlType.Allow
            && r.FileSystemRights.HasFlag(FileSystemRights.ReadData)
            && everybody.Any(e => ((SecurityIdentifier)r.IdentityReference).IsWellKnown(e)))
            ? $"{path} can be read by every user; remove all but its owner from its access list"
            : null;
    }
}
