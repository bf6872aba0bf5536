namespace Defacer.Spool;

/// <summary>
/// The operations on which the promise of durability rests; a second implementation breaks them on purpose in tests.
/// </summary>
public interface IDisk
{
    /// <summary>Creates a new file; fails when it exists.</summary>
    IDiskFile Create(string path);

    /// <summary>Renames within the volume; replaces nothing.</summary>
    void Move(string from, string to);

    /// <summary>Makes what was created, renamed and removed in a folder survive a power cut.</summary>
    void FlushFolder(string path);

    /// <summary>Makes the bytes of a closed file survive a power cut.</summary>
    void FlushFile(string path);

    /// <summary>Removes a file; none is no error.</summary>
    void Delete(string path);

    /// <summary>Free bytes of the volume, as far as this user may use them.</summary>
    long FreeBytes(string path);
}

/// <summary>A file being written.</summary>
public interface IDiskFile : IDisposable
{
    /// <summary>The bytes so far, to be read back; writing goes on at the end.</summary>
    Stream Stream { get; }

    /// <summary>Appends.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Forces the bytes to stable storage. After a failure the data must be given up: the page cache may call them
    /// clean.
    /// </summary>
    void Flush();
}
