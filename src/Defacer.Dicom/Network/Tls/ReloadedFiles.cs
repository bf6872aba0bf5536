namespace Defacer.Dicom.Network.Tls;

/// <summary>
/// What was read from files, read again when one of them changed. New content that cannot be used leaves the old in
/// force and shows as trouble.
/// </summary>
/// <param name="read">Reads all of them; throws <see cref="CertificateException"/>.</param>
/// <param name="whatStays">The sentence for trouble: what holds on.</param>
/// <param name="paths">The files; null for one that there is not.</param>
internal sealed class ReloadedFiles<T>(Func<T> read, string whatStays, params string?[] paths)
    where T : class
{
    private readonly Lock _lock = new();
    private T? _loaded;
    private FileStampSet _stamp;

    /// <summary>Why the newest content is not in force; null when it is.</summary>
    internal string? Trouble { get; private set; }

    /// <summary>The content in force.</summary>
    /// <exception cref="CertificateException">It cannot be used, and nothing was read before.</exception>
    internal T Load()
    {
        lock (_lock)
        {
            var stamp = FileStampSet.Of(paths);
            if (_loaded is not null && stamp == _stamp)
            {
                return _loaded;
            }

            _stamp = stamp;
            try
            {
                _loaded = read();
                Trouble = null;
            }
            catch (CertificateException e) when (_loaded is not null)
            {
                Trouble = $"{e.Message} {whatStays}";
            }

            return _loaded;
        }
    }
}
