namespace Defacer.Spool;

/// <summary>
/// The operations on which the promise of durability rests; a second implementation breaks them on purpose in tests.
/// </summary>
public interface IDisk
{
    /// <summary>Creates a new file with room for some bytes; fails when it exists.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="room">Bytes that the file system is asked to set aside; a hint, writing beyond it is allowed.</param>
    IDiskFile Create(string path, long room);

    /// <summary>Renames within the volume; replaces nothing.</summary>
    void Move(string from, string to);

    /// <summary>
    /// Gives a file a second name in the volume, or a flushed copy where there are no second names; replaces nothing.
    /// </summary>
    void Link(string from, string to);

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
    /// <summary>Writes at a position.</summary>
    void Write(long position, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Lets the system begin to bring a range to the disk, so that a later flush has less to wait for; promises
    /// nothing.
    /// </summary>
    void StartWriteBack(long position, long length);

    /// <summary>
    /// Forces the bytes to stable storage. After a failure the data must be given up: the page cache may call them
    /// clean.
    /// </summary>
    /// <param name="length">Bytes of the file; what was set aside beyond is given back.</param>
    void Flush(long length);

    /// <summary>What was written so far, to be read back.</summary>
    Stream OpenRead();
}
