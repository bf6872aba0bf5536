using System.IO.Hashing;

namespace Defacer.Spool;

/// <summary>128-bit hash of bytes: tells equal from changed. Not against forgery; who can write in the spool needs none.</summary>
public static class ContentHash
{
    /// <summary>The hash of a whole file, hexadecimal.</summary>
    public static string OfFile(string path)
    {
        using var stream = File.OpenRead(path);
        var hash = new XxHash128();
        hash.Append(stream);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
