using System.Text;
using Wasmtime;

namespace Defacer.Dicom.Pixels.Sandbox;

/// <summary>
/// A codec ready to be called: a guest with the few host functions that it needs. It has no file, clock, environment or
/// network; what it prints is kept, because the wavelet codecs report damage in no other way.
/// </summary>
internal sealed class CodecInstance : IDisposable
{
    private const int MaxPrinted = 2000;
    private const string Information = "[INFO]";
    private readonly GuestExceptions _exceptions = new();
    private readonly List<(int Address, int Length)> _views = [];
    private readonly StringBuilder _printed = new();
    private readonly StringBuilder _line = new();
    private readonly Guest _guest;

    internal CodecInstance(SandboxEngine engine, Module module, CodecTable table)
    {
        _guest = new Guest(engine, module, table, i => Find(table.Imports[i.Name]));
        _exceptions.Attach(_guest);
        Classes.Attach(_guest);
        _guest.Call("wasm_call_ctors");
    }

    internal GuestClasses Classes { get; } = new();

    /// <summary>The warnings and errors that the codec printed since <see cref="Begin"/>.</summary>
    internal string Complaints
    {
        get
        {
            EndLine();
            return _printed.ToString();
        }
    }

    /// <summary>Linear memory; it never shrinks.</summary>
    internal long MemoryBytes => _guest.Memory.GetLength();

    /// <summary>Begins an image.</summary>
    internal void Begin(SandboxLimits limits, CancellationToken cancellationToken)
    {
        _views.Clear();
        _printed.Clear();
        _line.Clear();
        _exceptions.Reset();
        _guest.Begin(limits, cancellationToken);
    }

    /// <summary>The bytes behind a handle that a method gave; valid until the next call.</summary>
    internal Span<byte> View(int handle)
    {
        if (handle < 1 || handle > _views.Count)
        {
            throw new SandboxException(SandboxFault.Refused, "the codec gave no buffer");
        }

        var (address, length) = _views[handle - 1];
        return _guest.Bytes(address, length);
    }

    public void Dispose() => _guest.Dispose();

    private HostFunction Find(string name) => _exceptions.Find(name) ?? Classes.Find(name) ?? name switch
    {
        "emval_take_value" => a => AddView(a[1].AsInt32()),
        "emval_call" => a => AddView(a[3].AsInt32()),
        "emval_get_global" or "emval_get_method_caller" or "emval_decref" or "emval_run_destructors" => _ => 0,
        "emscripten_memcpy_js" => Copy,
        "emscripten_resize_heap" => a => Grow((uint)a[0].AsInt32()),
        "emscripten_get_heap_max" => _ => unchecked((int)SandboxLimits.MaxMemoryBytes),
        "fd_write" => Print,
        "environ_sizes_get" => EmptyEnvironment,
        "environ_get" or "fd_close" => _ => 0,
        _ => _ => throw new SandboxException(SandboxFault.Reported, $"the codec gave up ({name})"),
    };

    // A typed memory view: number of elements, address.
    private int AddView(int argument)
    {
        _views.Add((_guest.ReadInt32(argument + 4), _guest.ReadInt32(argument)));
        return _views.Count;
    }

    private int Copy(ReadOnlySpan<ValueBox> a)
    {
        var length = a[2].AsInt32();
        _guest.Bytes(a[1].AsInt32(), length).CopyTo(_guest.Bytes(a[0].AsInt32(), length));
        return 0;
    }

    // Some more than is asked for, as allocators do; refused by the store beyond the limit.
    private int Grow(uint wanted)
    {
        var now = _guest.Memory.GetLength();
        foreach (var target in (ReadOnlySpan<long>)[Math.Max(wanted, now + (now / 5)), wanted])
        {
            try
            {
                _guest.Memory.Grow((target - now + Memory.PageSize - 1) / Memory.PageSize);
                return 1;
            }
            catch (WasmtimeException)
            {
                // The guest is told that there is no memory, and decides what to do.
            }
        }

        return 0;
    }

    private int Print(ReadOnlySpan<ValueBox> a)
    {
        var total = 0;
        for (var i = 0; i < a[2].AsInt32(); i++)
        {
            var at = a[1].AsInt32() + (i * 8);
            var (address, length) = (_guest.ReadInt32(at), _guest.ReadInt32(at + 4));
            var text = _guest.Bytes(address, length);
            foreach (var character in text)
            {
                Add((char)character);
            }

            total += length;
        }

        _guest.WriteInt32(a[3].AsInt32(), total);
        return 0;
    }

    private int EmptyEnvironment(ReadOnlySpan<ValueBox> a)
    {
        _guest.WriteInt32(a[0].AsInt32(), 0);
        _guest.WriteInt32(a[1].AsInt32(), 0);
        return 0;
    }

    // Text comes in pieces; a line is judged when it is whole.
    private void Add(char character)
    {
        if (character == '\n')
        {
            EndLine();
        }
        else if (_line.Length < MaxPrinted)
        {
            _line.Append(character is >= ' ' and <= '~' ? character : '?');
        }
    }

    private void EndLine()
    {
        var line = _line.ToString();
        _line.Clear();
        if (line.Length > 0 && _printed.Length < MaxPrinted && !line.StartsWith(Information, StringComparison.Ordinal))
        {
            _printed.Append(line).Append('\n');
        }
    }
}
