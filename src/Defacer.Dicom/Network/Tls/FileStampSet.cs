namespace Defacer.Dicom.Network.Tls;

/// <summary>The state of a few files, to see that one was replaced.</summary>
internal readonly record struct FileStampSet(long Stamp)
{
    internal static FileStampSet Of(params ReadOnlySpan<string?> paths)
    {
        var stamp = new HashCode();
        foreach (var path in paths)
        {
            if (path is not null)
            {
                var target = Target(new FileInfo(path));
                stamp.Add(target.Exists ? target.LastWriteTimeUtc.Ticks : 0);
                stamp.Add(target.Exists ? target.Length : -1);
                stamp.Add(target.FullName);
            }
        }

        return new FileStampSet(stamp.ToHashCode());
    }

    // Certificates are often links that are turned to a new file.
    private static FileInfo Target(FileInfo file)
    {
        try
        {
            return file.LinkTarget is null ? file : (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
        }
        catch (IOException)
        {
            // It is being replaced at this moment; the next look sees the new one.
            return file;
        }
    }
}
