using System.Collections.Concurrent;
using Defacer.Dicom.Data;
using Wasmtime;

namespace Defacer.Dicom.Pixels.Sandbox;

/// <summary>
/// A codec for all threads: its module is compiled once, at the first image; instances wait in a pool for the next one,
/// and those that met a fault, or grew large, are dropped.
/// </summary>
internal sealed class SandboxedCodec(CodecTable table)
{
    // An instance that served one huge image would keep its memory.
    private const long MaxIdleBytes = 192L << 20;

    private static readonly int s_maxIdle = Environment.ProcessorCount;
    private readonly ConcurrentBag<CodecInstance> _idle = [];

    /// <summary>Instances that wait.</summary>
    internal int IdleCount => _idle.Count;

    /// <summary>Runs one image through an instance of its own.</summary>
    /// <param name="limits">For this image.</param>
    /// <param name="state">Handed to the work.</param>
    /// <param name="work">Calls the codec.</param>
    /// <param name="cancellationToken">Stops the codec in its midst, within a tick.</param>
    /// <exception cref="SandboxException">The codec failed, was stopped, or the work found its answer wrong.</exception>
    internal void Run<TState>(
        SandboxLimits limits, TState state, CodecWork<TState> work, CancellationToken cancellationToken)
        where TState : allows ref struct
    {
        var engine = SandboxEngine.Shared;
        CodecInstance? instance = null;
        using var ticking = engine.Tick();
        try
        {
            if (!_idle.TryTake(out instance))
            {
                instance = new CodecInstance(engine, engine.Load(table), table);
            }

            instance.Begin(limits, cancellationToken);
            work(instance, state);
            if (_idle.Count < s_maxIdle && instance.MemoryBytes <= MaxIdleBytes)
            {
                _idle.Add(instance);
                instance = null;
            }
        }
        catch (WasmtimeException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(e);
        }
        catch (GuestCppException e)
        {
            throw Explain(e);
        }
        finally
        {
            instance?.Dispose();
        }
    }

    /// <summary>The same for an image of a syntax: a fault is a refusal of the image.</summary>
    /// <exception cref="DicomFormatException">Names the syntax and what went wrong.</exception>
    internal void RunImage<TState>(
        string syntax, SandboxLimits limits, TState state, CodecWork<TState> work, CancellationToken cancellationToken)
        where TState : allows ref struct
    {
        try
        {
            Run(limits, state, work, cancellationToken);
        }
        catch (SandboxException e)
        {
            throw new DicomFormatException($"{syntax}: {e.Message}.", e);
        }
    }

    // Exceptions of host functions lie inside those of the guest that called them.
    private static SandboxException Explain(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case SandboxException known:
                    return known;
                case GuestCppException:
                    return new SandboxException(SandboxFault.Reported, "the codec found the data damaged", e);
                default:
                    break;
            }
        }

        var kind = e is TrapException trap ? trap.Type.ToString() : "error";
        return new SandboxException(SandboxFault.Trap, $"the codec was stopped ({kind})", e);
    }
}

/// <summary>Calls a codec for one image.</summary>
internal delegate void CodecWork<TState>(CodecInstance codec, TState state)
    where TState : allows ref struct;
