using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Defacer.Deface.Models;

/// <summary>
/// The native library of ONNX Runtime. A process can have one: it is chosen at the first use, from the device pack that is
/// wanted and there, else the processor's.
/// </summary>
internal static class OnnxRuntimeLibrary
{
    private static readonly Lock s_lock = new();

    // A fact about the process, like the library itself: set once under the lock, never changed.
    private static LoadedLibrary? s_loaded;

    /// <summary>Loads the library, or gives the one that is loaded.</summary>
    /// <exception cref="ModelException">The processor's library is missing or is no ONNX Runtime.</exception>
    internal static LoadedLibrary Load(ComputeOptions options)
    {
        lock (s_lock)
        {
            return s_loaded ??= Use(Choose(options));
        }
    }

    /// <summary>Opens a library of the folder without making it the one in use.</summary>
    /// <exception cref="ModelException">It is missing or is no ONNX Runtime.</exception>
    internal static nint Open(string path)
    {
        const string remedy = "Install the program anew";
        if (!File.Exists(path))
        {
            throw new ModelException($"The library that runs networks is missing: '{path}'. {remedy}.");
        }

        if (!NativeLibrary.TryLoad(path, out var handle))
        {
            throw new ModelException(
                $"'{path}' cannot be loaded: it is damaged, or for another system ({RuntimeInformation.RuntimeIdentifier} is needed). {remedy}.");
        }

        if (!NativeLibrary.TryGetExport(handle, "OrtGetApiBase", out _))
        {
            NativeLibrary.Free(handle);
            throw new ModelException($"'{path}' is a library, but not ONNX Runtime. {remedy}.");
        }

        return handle;
    }

    /// <summary>Opens the pack that is wanted, else the processor's library; the process does not use it yet.</summary>
    /// <exception cref="ModelException">The processor's library is missing or is no ONNX Runtime.</exception>
    internal static LoadedLibrary Choose(ComputeOptions options)
    {
        string? note = null;
        foreach (var provider in Wanted(options.Provider))
        {
            var path = PackLibrary(options.Library, provider);
            if (!File.Exists(path))
            {
                note ??= options.Provider == provider ? $"there is no pack '{Path.GetDirectoryName(path)}'" : null;
                continue;
            }

            try
            {
                return new LoadedLibrary(Open(path), provider, null);
            }
            catch (ModelException e)
            {
                note = e.Message;
            }
        }

        var cpu = Path.Combine(options.Library, "cpu", FileName);
        return new LoadedLibrary(Open(cpu), ComputeProvider.Cpu, note);
    }

    private static string FileName => OperatingSystem.IsWindows() ? "onnxruntime.dll" : "libonnxruntime.so";

    private static string PackLibrary(string folder, ComputeProvider provider) => Path.Combine(
        folder, provider == ComputeProvider.Cuda ? "cuda" : "directml", FileName);

    private static IEnumerable<ComputeProvider> Wanted(ComputeProvider wanted) => wanted switch
    {
        ComputeProvider.Cpu => [],
        ComputeProvider.Auto => [OperatingSystem.IsWindows() ? ComputeProvider.DirectML : ComputeProvider.Cuda],
        _ => [wanted],
    };

    // Before the first call into the managed part: that looks the library up by this name.
    private static LoadedLibrary Use(LoadedLibrary library)
    {
        NativeLibrary.SetDllImportResolver(
            typeof(InferenceSession).Assembly,
            (string name, Assembly _, DllImportSearchPath? _) =>
                name.StartsWith("onnxruntime", StringComparison.OrdinalIgnoreCase) ? library.Handle : 0);
        return library;
    }
}

/// <summary>The library in use.</summary>
/// <param name="Handle">Of the system.</param>
/// <param name="Provider">What it can run on beside the processor; <see cref="ComputeProvider.Cpu"/> for nothing.</param>
/// <param name="Note">Why it is not the one that was wanted; null when it is.</param>
internal sealed record LoadedLibrary(nint Handle, ComputeProvider Provider, string? Note);
