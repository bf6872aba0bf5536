using System.Collections.Concurrent;
using System.Security.Cryptography;
using Wasmtime;

namespace Defacer.Dicom.Pixels.Sandbox;

/// <summary>
/// Compiles modules and counts time for the guests: while any runs, its epoch advances, and each running guest looks at
/// its deadline then.
/// </summary>
internal sealed class SandboxEngine : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(50);
    private static readonly Lazy<SandboxEngine> s_shared = new(() => new SandboxEngine(TimeProvider.System));
    private readonly ConcurrentDictionary<string, Lazy<Module>> _modules = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly ITimer _ticker;
    private int _running;

    internal SandboxEngine(TimeProvider time)
    {
        Time = time;
        using var config = new Config();
        config.WithEpochInterruption(true).WithOptimizationLevel(OptimizationLevel.Speed).WithWasmThreads(false);
        Engine = new Engine(config);
        _ticker = time.CreateTimer(_ => Engine.IncrementEpoch(), null, Timeout.InfiniteTimeSpan, s_tick);
    }

    /// <summary>The one of the process; compiled code is shared by all who decode.</summary>
    internal static SandboxEngine Shared => s_shared.Value;

    internal Engine Engine { get; }

    internal TimeProvider Time { get; }

    /// <summary>The module of a table, from the resources of this library; compiled when it is first asked for.</summary>
    /// <exception cref="InvalidDataException">The resource is not the module that the table was made for.</exception>
    internal Module Load(CodecTable table) =>
        _modules.GetOrAdd(table.Sha256, _ => new Lazy<Module>(() => Compile(table))).Value;

    /// <summary>Lets the epoch advance until the result is disposed.</summary>
    internal IDisposable Tick()
    {
        lock (_gate)
        {
            if (_running++ == 0)
            {
                _ticker.Change(s_tick, s_tick);
            }
        }

        return new Ticking(this);
    }

    public void Dispose()
    {
        _ticker.Dispose();
        foreach (var module in _modules.Values.Where(m => m.IsValueCreated))
        {
            module.Value.Dispose();
        }

        Engine.Dispose();
    }

    private Module Compile(CodecTable table)
    {
        using var stream = typeof(SandboxEngine).Assembly.GetManifestResourceStream(table.Name + ".wasm")
            ?? throw new InvalidDataException($"The codec {table.Name} is missing in {typeof(SandboxEngine).Assembly}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != table.Sha256)
        {
            throw new InvalidDataException($"The codec {table.Name} is not that of {table.Package}; it is not run.");
        }

        return Module.FromBytes(Engine, table.Name, bytes);
    }

    private sealed class Ticking(SandboxEngine engine) : IDisposable
    {
        public void Dispose()
        {
            lock (engine._gate)
            {
                if (--engine._running == 0)
                {
                    engine._ticker.Change(Timeout.InfiniteTimeSpan, s_tick);
                }
            }
        }
    }
}
