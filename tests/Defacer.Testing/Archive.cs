using System.Diagnostics;

namespace Defacer.Testing;

/// <summary>Unpacks the archives of the shared data, once a run and archive.</summary>
public static class Archive
{
    private static readonly Lock s_lock = new();

    /// <summary>
    /// Unpacks a .tar.xz of the shared data and gives the folder; a second call gives the same folder.
    /// </summary>
    public static string Unpack(params string[] parts)
    {
        var archive = SharedData.Require(parts);
        var name = string.Join('_', parts).Replace(".tar.xz", string.Empty, StringComparison.Ordinal);
        var target = Path.Combine(Path.GetTempPath(), "defacer-shared-data", name);
        lock (s_lock)
        {
            if (Directory.Exists(target))
            {
                return target;
            }

            // Other test processes may unpack the same archive: a private folder first, then one rename.
            var partial = $"{target}.{Environment.ProcessId}";
            Directory.CreateDirectory(partial);
            using var tar = Process.Start(new ProcessStartInfo("tar", ["-xJf", archive, "-C", partial]))!;
            tar.WaitForExit();
            if (tar.ExitCode != 0)
            {
                throw new InvalidOperationException($"tar could not unpack {archive}.");
            }

            try
            {
                Directory.Move(partial, target);
            }
            catch (IOException) when (Directory.Exists(target))
            {
                Directory.Delete(partial, recursive: true);
            }

            return target;
        }
    }
}
