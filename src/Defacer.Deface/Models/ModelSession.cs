using Microsoft.ML.OnnxRuntime;

namespace Defacer.Deface.Models;

/// <summary>
/// One network, ready to run. One run at a time: memory stays bounded, and DirectML allows no more. Others wait.
/// </summary>
internal sealed class ModelSession : IDisposable
{
    // Bytes that the processor's arena may hold for all networks together; the larger network needs about 150 MB.
    private const ulong ArenaBytes = 512UL << 20;

    private readonly InferenceSession _session;
    private readonly SemaphoreSlim _one = new(1);
    private readonly long[] _inputShape;
    private readonly long[] _outputShape;

    private ModelSession(TrainedModel model, InferenceSession session)
    {
        (Manifest, _session) = (model.Manifest, session);
        _inputShape = [.. Manifest.Input.Shape.Select(n => (long)n)];
        _outputShape = [.. Manifest.Outputs[0].Shape.Select(n => (long)n)];
    }

    internal ModelManifest Manifest { get; }

    /// <summary>Voxels of the input.</summary>
    internal int InputLength => (int)_inputShape.Aggregate(1L, (a, b) => a * b);

    /// <summary>Values of the first output: classes times cells.</summary>
    internal int OutputLength => (int)_outputShape.Aggregate(1L, (a, b) => a * b);

    /// <summary>Makes a session of a model.</summary>
    /// <exception cref="ModelException">The weights are no network of the manifest's form, or the device fails.</exception>
    internal static ModelSession Create(TrainedModel model, ComputeProvider provider, int threads)
    {
        try
        {
            using var options = Options(provider, threads);
            var session = new InferenceSession(model.Weights, options);
            if (WhyNot(model.Manifest, session) is { } reason)
            {
                session.Dispose();
                throw new ModelException($"The weights of '{model.Manifest.Name}' {reason}: install the models anew.");
            }

            return new ModelSession(model, session);
        }
        catch (Exception e) when (e is OnnxRuntimeException or TypeInitializationException or EntryPointNotFoundException or DllNotFoundException)
        {
            throw new ModelException(
                $"The network '{model.Manifest.Name}' cannot be run on {provider}: {(e.InnerException ?? e).Message}", e);
        }
    }

    /// <summary>Runs the network without copying.</summary>
    /// <param name="image">[z, y, x], normalised.</param>
    /// <param name="probabilities">Takes [class, z, y, x].</param>
    /// <param name="cancellationToken">Stops a run within some milliseconds.</param>
    /// <returns>The probability that a head is in view.</returns>
    internal float Run(Memory<float> image, Memory<float> probabilities, CancellationToken cancellationToken)
    {
        _one.Wait(cancellationToken);
        try
        {
            var presence = new float[1];
            using var run = new RunOptions();
            using var stop = cancellationToken.Register(() => run.Terminate = true);
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, image[..InputLength], _inputShape);
            using var output = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, probabilities[..OutputLength], _outputShape);
            using var head = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, presence.AsMemory(), [1, 1]);
            _session.Run(run, [Manifest.Input.Name], [input], [Manifest.Outputs[0].Name, Manifest.Outputs[1].Name], [output, head]);
            cancellationToken.ThrowIfCancellationRequested();
            return presence[0];
        }
        catch (OnnxRuntimeException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ModelException($"The network '{Manifest.Name}' failed: {e.Message}", e);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _one.Dispose();
    }

    private static SessionOptions Options(ComputeProvider provider, int threads)
    {
        RegisterArena();
        var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Threads that spin for work take it from the receiver, and win nothing (about 20 % more processor time).
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.use_env_allocators", "1");
        switch (provider)
        {
            case ComputeProvider.DirectML:
                // DirectML knows neither memory patterns nor parallel execution.
                options.EnableMemoryPattern = false;
                options.AppendExecutionProvider("DML");
                break;
            case ComputeProvider.Cuda:
                options.AppendExecutionProvider_CUDA();
                break;
        }

        return options;
    }

    // One arena for every session of the process; a second registration is refused, which is what is wanted.
    private static void RegisterArena() => s_arena.Value.ToString();

    private static readonly Lazy<string> s_arena = new(() =>
    {
        using var arena = new OrtArenaCfg((uint)ArenaBytes, 1, -1, -1);
        OrtEnv.Instance().CreateAndRegisterAllocator(OrtMemoryInfo.DefaultInstance, arena);
        return "arena";
    });

    private static string? WhyNot(ModelManifest manifest, InferenceSession session)
    {
        if (!session.InputMetadata.TryGetValue(manifest.Input.Name, out var input) || !input.Dimensions.SequenceEqual(manifest.Input.Shape))
        {
            return "do not take the input of their manifest";
        }

        return manifest.Outputs.All(o => session.OutputMetadata.TryGetValue(o.Name, out var output)
            && output.Dimensions.SequenceEqual(o.Shape))
            ? null
            : "do not give the outputs of their manifest";
    }
}
