using Defacer.Deidentify;
using Defacer.Spool;

namespace Defacer.Hosting;

/// <summary>
/// Remembers in the spool which site key it was used with. Another key would give late instances of a study other
/// pseudonyms and UIDs: one patient would become two.
/// </summary>
internal static class SiteKeyMark
{
    /// <summary>Notes the key at first use.</summary>
    /// <exception cref="InvalidDataException">The spool was used with another key.</exception>
    internal static void Check(SpoolStore spool, SiteKey key)
    {
        var path = Path.Combine(spool.Folders.Root, "site-key.id");
        if (!File.Exists(path))
        {
            spool.WriteDurably(path, System.Text.Encoding.ASCII.GetBytes(key.Id + "\n"));
            return;
        }

        var known = File.ReadAllText(path).Trim();
        if (known != key.Id)
        {
            throw new InvalidDataException(
                $"The site key ({key.Id}) is not the one that this spool was used with ({known}); the same patient would "
                + $"get a second pseudonym. Restore that key. To go on with the new one on purpose, remove {path}.");
        }
    }
}
