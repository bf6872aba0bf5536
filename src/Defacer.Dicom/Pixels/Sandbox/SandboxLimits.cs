namespace Defacer.Dicom.Pixels.Sandbox;

/// <summary>What a guest may use for one image.</summary>
internal sealed record SandboxLimits
{
    /// <summary>Linear memory that the modules ask for at their start.</summary>
    internal const long StartBytes = 50L << 20;

    /// <summary>32-bit addresses: the codecs are built for no more.</summary>
    internal const long MaxMemoryBytes = 2L << 30;

    /// <summary>
    /// Linear memory in bytes. The default lets a small image through and stops a stream that claims to be a large one.
    /// </summary>
    internal long MemoryBytes { get; init; } = 128L << 20;

    /// <summary>
    /// A 512 × 512 slice takes 5 to 60 ms, 0.2 µs a sample at most. A busy machine may be fifty times slower.
    /// </summary>
    internal TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limits for an image: wavelet codecs hold a sample in 4 bytes, two or three times over.</summary>
    internal static SandboxLimits For(PixelDescription description, int encodedBytes) => new()
    {
        Deadline = TimeSpan.FromSeconds(10 + (description.FramePixels * description.SamplesPerPixel * 10e-6)),
        MemoryBytes = Math.Min(
            MaxMemoryBytes,
            (96L << 20) + (20 * description.FramePixels * description.SamplesPerPixel) + (4L * encodedBytes)),
    };
}
