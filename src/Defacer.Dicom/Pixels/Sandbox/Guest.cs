using System.Text;
using Wasmtime;

namespace Defacer.Dicom.Pixels.Sandbox;

/// <summary>
/// A module in a store of its own: its memory is capped, its time is bounded, and it can call nothing but the host
/// functions given to it. Used by one thread at a time; after any fault it must be disposed.
/// </summary>
internal sealed class Guest : IDisposable
{
    private readonly SandboxEngine _engine;
    private readonly Store _store;
    private readonly Linker _linker;
    private readonly Instance _instance;
    private readonly Table? _table;
    private readonly Dictionary<string, Function> _functions = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Function> _tabled = [];
    private SandboxLimits _limits = new();
    private CancellationToken _cancellation;
    private long _started;

    /// <summary>Instantiates a module.</summary>
    /// <param name="engine">That compiled it.</param>
    /// <param name="module">Shared by all of its guests.</param>
    /// <param name="table">Names of memory and table.</param>
    /// <param name="imports">Host function for each import, by the import's letter.</param>
    internal Guest(SandboxEngine engine, Module module, CodecTable table, Func<FunctionImport, HostFunction> imports)
    {
        _engine = engine;
        Names = table;
        _store = new Store(engine.Engine);
        _store.SetLimits(_limits.MemoryBytes, tableElements: 1 << 16, instances: 1, tables: 4, memories: 1);
        _store.SetEpochDeadlineCallback(OnTick);
        _linker = new Linker(engine.Engine);
        foreach (var import in module.Imports.OfType<FunctionImport>())
        {
            var function = imports(import);
            var kind = import.Results.Count == 1 ? import.Results[0] : ValueKind.Int32;
            _linker.DefineFunction(
                import.ModuleName,
                import.Name,
                (Caller _, ReadOnlySpan<ValueBox> arguments, Span<ValueBox> results) =>
                {
                    var value = function(arguments);
                    if (results.Length == 1)
                    {
                        results[0] = kind == ValueKind.Float64 ? (double)value : value;
                    }
                },
                import.Parameters,
                import.Results);
        }

        Begin(_limits, CancellationToken.None);
        _instance = _linker.Instantiate(_store, module);
        Memory = _instance.GetMemory(table.Memory)
            ?? throw new InvalidDataException($"The codec {table.Name} exports no memory.");
        _table = _instance.GetTable(table.Table);
    }

    internal CodecTable Names { get; }

    internal Memory Memory { get; }

    /// <summary>Sets what the next calls may use.</summary>
    internal void Begin(SandboxLimits limits, CancellationToken cancellationToken)
    {
        _limits = limits;
        _cancellation = cancellationToken;
        _started = _engine.Time.GetTimestamp();
        _store.SetLimits(limits.MemoryBytes, tableElements: 1 << 16, instances: 1, tables: 4, memories: 1);
        _store.SetEpochDeadline(1);
    }

    /// <summary>Calls an exported function by its C name.</summary>
    internal int Call(string name, params ReadOnlySpan<ValueBox> arguments)
    {
        if (!_functions.TryGetValue(name, out var function))
        {
            var export = Names.Exports.TryGetValue(name, out var letter) ? letter : name;
            function = _instance.GetFunction(export)
                ?? throw new InvalidDataException($"The codec {Names.Name} has no function {name}.");
            _functions.Add(name, function);
        }

        return Result(function.Invoke(arguments));
    }

    /// <summary>Calls a function by its place in the table.</summary>
    internal int CallTable(int index, params ReadOnlySpan<ValueBox> arguments)
    {
        if (!_tabled.TryGetValue(index, out var function))
        {
            function = _table?.GetElement((uint)index) as Function;
            if (function is null || function.IsNull)
            {
                throw new SandboxException(SandboxFault.Refused, "the codec called a function that is not there");
            }

            _tabled.Add(index, function);
        }

        return Result(function.Invoke(arguments));
    }

    internal Span<byte> Bytes(int address, int length)
    {
        if ((uint)address + (long)(uint)length > Memory.GetLength())
        {
            throw new SandboxException(SandboxFault.Refused, "the codec named bytes outside its memory");
        }

        return Memory.GetSpan((uint)address, length);
    }

    internal int ReadInt32(int address) => BitConverter.ToInt32(Bytes(address, 4));

    internal void WriteInt32(int address, int value) => BitConverter.TryWriteBytes(Bytes(address, 4), value);

    /// <summary>Text that ends at a zero, of 256 bytes at most: names of classes and methods.</summary>
    internal string ReadName(int address)
    {
        var bytes = Bytes(address, (int)Math.Min(256, Memory.GetLength() - (uint)address));
        var end = bytes.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
    }

    public void Dispose()
    {
        _linker.Dispose();
        _store.Dispose();
    }

    private static int Result(object? value) => value switch
    {
        int number => number,
        float number => (int)number,
        double number => (int)number,
        _ => 0,
    };

    // Runs on the thread of the guest, inside the call.
    private ulong OnTick(Store store)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_engine.Time.GetElapsedTime(_started) > _limits.Deadline)
        {
            throw new SandboxException(
                SandboxFault.Deadline, $"the codec did not end within {_limits.Deadline.TotalSeconds:0.#} s");
        }

        return 1;
    }
}

/// <summary>What a guest's import does; the value is ignored where the import has no result.</summary>
internal delegate int HostFunction(ReadOnlySpan<ValueBox> arguments);
