namespace Defacer.Spool;

/// <summary>The spool can be used by one node at a time.</summary>
public sealed class SpoolInUseException(string path) : IOException(
    $"The spool {path} is in use by another running node. Stop that node, or give this one a spool of its own "
        + "(Defacer:Spool:Path).");

/// <summary>
/// Holds the spool for this process: an open file that nobody else can open; the system lets go of it however the
/// process ends.
/// </summary>
public sealed class SpoolLock : IDisposable
{
    private readonly FileStream _file;

    private SpoolLock(FileStream file) => _file = file;

    /// <summary>Takes the spool.</summary>
    /// <exception cref="SpoolInUseException">Another process holds it.</exception>
    public static SpoolLock Take(SpoolFolders folders)
    {
        try
        {
            return new SpoolLock(new FileStream(
                Path.Combine(folders.Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException e) when (e is not DirectoryNotFoundException and not FileNotFoundException)
        {
            throw new SpoolInUseException(folders.Root);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
