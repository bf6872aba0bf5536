namespace Defacer.Dicom.Tests.Network;

/// <summary>Deadlines of tests: how long what must happen may take on a busy machine, before the test fails.</summary>
internal static class Waits
{
    internal static TimeSpan Long { get; } = TimeSpan.FromSeconds(30);
}
