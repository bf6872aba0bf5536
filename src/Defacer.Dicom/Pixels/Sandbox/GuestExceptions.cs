using Wasmtime;

namespace Defacer.Dicom.Pixels.Sandbox;

/// <summary>A C++ exception on its way through a guest.</summary>
internal sealed class GuestCppException(int thrown) : Exception("The codec threw an exception.")
{
    /// <summary>Address of the thrown object; -1: a long jump.</summary>
    internal int Thrown { get; } = thrown;
}

/// <summary>
/// The host's part of C++ exceptions in modules compiled by Emscripten without native exceptions: calls that may throw
/// go through invoke_*, and what is caught is asked for afterwards. The header lies in the 24 bytes before the object:
/// type at 4, destructor at 8, caught at 12, rethrown at 13, adjusted pointer at 16.
/// </summary>
internal sealed class GuestExceptions
{
    private const int Type = -20;
    private const int Destructor = -16;
    private const int Caught = -12;
    private const int Rethrown = -11;
    private const int Adjusted = -8;
    private readonly Stack<int> _caught = new();
    private Guest _guest = null!;
    private int _last;

    internal void Attach(Guest guest) => _guest = guest;

    /// <summary>Nothing is in flight or caught: between two images.</summary>
    internal void Reset()
    {
        _last = 0;
        _caught.Clear();
    }

    /// <summary>The host function of this name; null when it is none of these.</summary>
    internal HostFunction? Find(string name) => name switch
    {
        "cxa_throw" => a => Throw(a[0].AsInt32(), a[1].AsInt32(), a[2].AsInt32()),
        "cxa_begin_catch" => a => BeginCatch(a[0].AsInt32()),
        "cxa_end_catch" => _ => EndCatch(),
        "cxa_rethrow" => _ => Rethrow(),
        "resumeException" => a => Resume(a[0].AsInt32()),
        "llvm_eh_typeid_for" => a => a[0].AsInt32(),
        "emscripten_throw_longjmp" => _ => throw new GuestCppException(-1),
        _ when name.StartsWith("cxa_find_matching_catch_", StringComparison.Ordinal) => FindMatchingCatch,
        _ when name.StartsWith("invoke_", StringComparison.Ordinal) => Invoke,
        _ => null,
    };

    private int Throw(int thrown, int type, int destructor)
    {
        _guest.WriteInt32(thrown + Adjusted, 0);
        _guest.WriteInt32(thrown + Type, type);
        _guest.WriteInt32(thrown + Destructor, destructor);
        _last = thrown;
        throw new GuestCppException(thrown);
    }

    private int BeginCatch(int thrown)
    {
        _guest.Bytes(thrown + Caught, 1)[0] = 1;
        _guest.Bytes(thrown + Rethrown, 1)[0] = 0;
        _caught.Push(thrown);
        _guest.Call("cxa_increment_exception_refcount", thrown);
        return _guest.Call("cxa_get_exception_ptr", thrown);
    }

    private int EndCatch()
    {
        _guest.Call("setThrew", 0, 0);
        _guest.Call("cxa_decrement_exception_refcount", Pop());
        _last = 0;
        return 0;
    }

    private int Rethrow()
    {
        var thrown = Pop();
        _guest.Bytes(thrown + Rethrown, 1)[0] = 1;
        _last = thrown;
        throw new GuestCppException(thrown);
    }

    private int Resume(int thrown)
    {
        _last = _last == 0 ? thrown : _last;
        throw new GuestCppException(_last);
    }

    // The types of a try's handlers; the one that fits goes to the guest's second result.
    private int FindMatchingCatch(ReadOnlySpan<ValueBox> types)
    {
        if (_last == 0)
        {
            _guest.Call("emscripten_tempret_set", 0);
            return 0;
        }

        _guest.WriteInt32(_last + Adjusted, _last);
        var type = _guest.ReadInt32(_last + Type);
        var matching = type;
        foreach (var box in types)
        {
            var candidate = box.AsInt32();
            if (type == 0 || candidate == 0 || candidate == type)
            {
                break;
            }

            if (_guest.Call("cxa_can_catch", candidate, type, _last + Adjusted) != 0)
            {
                matching = candidate;
                break;
            }
        }

        _guest.Call("emscripten_tempret_set", matching);
        return _last;
    }

    private int Invoke(ReadOnlySpan<ValueBox> arguments)
    {
        var stack = _guest.Call("emscripten_stack_get_current");
        try
        {
            return _guest.CallTable(arguments[0].AsInt32(), arguments[1..]);
        }
        catch (WasmtimeException e) when (IsCpp(e))
        {
            _guest.Call("emscripten_stack_restore", stack);
            _guest.Call("setThrew", 1, 0);
            return 0;
        }
    }

    private int Pop() => _caught.TryPop(out var thrown)
        ? thrown
        : throw new SandboxException(SandboxFault.Refused, "the codec ends a catch that it never began");

    private static bool IsCpp(Exception e)
    {
        for (var inner = e.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is GuestCppException)
            {
                return true;
            }
        }

        return false;
    }
}
