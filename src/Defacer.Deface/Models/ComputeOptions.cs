namespace Defacer.Deface.Models;

/// <summary>Where networks may run.</summary>
public enum ComputeProvider
{
    /// <summary>A device pack that is installed and agrees with the processor, else the processor.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>Any graphics card of Windows, with the pack <c>onnxruntime/directml</c>.</summary>
    DirectML,

    /// <summary>A card of NVIDIA under Linux, with the pack <c>onnxruntime/cuda</c>.</summary>
    Cuda,
}

/// <summary>How networks run.</summary>
/// <param name="Provider">What is wanted.</param>
/// <param name="Threads">Threads of the processor; 0 for one less than there are cores.</param>
/// <param name="LibraryFolder">The folder <c>onnxruntime</c>: <c>cpu</c> and device packs lie in it. Null for the one
/// beside the program.</param>
public sealed record ComputeOptions(
    ComputeProvider Provider = ComputeProvider.Auto, int Threads = 0, string? LibraryFolder = null)
{
    /// <summary>Receiving goes on while a network runs: one core is left to it.</summary>
    internal int ThreadCount => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount - 1);

    internal string Library => LibraryFolder ?? Path.Combine(AppContext.BaseDirectory, "onnxruntime");
}
