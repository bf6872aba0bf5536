namespace Defacer.Spool;

/// <summary>What a disk that is full, broken, gone or closed to us throws.</summary>
internal static class DiskError
{
    internal static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;
}
