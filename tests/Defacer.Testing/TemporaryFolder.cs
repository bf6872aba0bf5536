namespace Defacer.Testing;

/// <summary>A folder of its own for a test, removed at the end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Makes the folder.</summary>
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("defacer-test-").FullName;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>A path below the folder.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process of the test may still hold a file; the system's own cleaning takes it.
        }
    }
}
