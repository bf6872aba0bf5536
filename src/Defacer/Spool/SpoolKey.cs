using System.Security.Cryptography;
using System.Text;

namespace Defacer.Spool;

/// <summary>
/// Makes ids for logs, folders and telemetry from UIDs of senders: the same input gives the same id, and without the
/// key none leads back.
/// </summary>
public sealed class SpoolKey
{
    private const int KeyBytes = 32;
    private readonly byte[] _key;

    private SpoolKey(byte[] key) => _key = key;

    /// <summary>Reads the key, or makes one, readable by the owner only.</summary>
    public static SpoolKey LoadOrCreate(string path)
    {
        if (File.Exists(path))
        {
            var key = File.ReadAllBytes(path);
            return key.Length == KeyBytes
                ? new SpoolKey(key)
                : throw new InvalidDataException(
                    $"{path} is damaged: {key.Length} bytes instead of {KeyBytes}. Restore it; job folders are named "
                        + "by it.");
        }

        var made = RandomNumberGenerator.GetBytes(KeyBytes);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // A half-written key would name every job anew: written beside, flushed, renamed.
        var partial = path + ".part";
        using (var stream = new FileStream(partial, options))
        {
            stream.Write(made);
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, path);
        return new SpoolKey(made);
    }

    /// <summary>16 hexadecimal digits for the texts; their order matters.</summary>
    public string Id(params ReadOnlySpan<string> texts) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(string.Join('\0', texts))).AsSpan(0, 8));
}
