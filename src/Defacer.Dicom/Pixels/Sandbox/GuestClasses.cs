using Wasmtime;

namespace Defacer.Dicom.Pixels.Sandbox;

/// <summary>
/// The classes that a module registers when it starts (Emscripten's embind): constructors, methods, and the value
/// objects that are passed to them. Only what the codecs use.
/// </summary>
internal sealed class GuestClasses
{
    private readonly Dictionary<int, string> _classes = [];
    private readonly Dictionary<string, Pair> _constructors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _destructors = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Class, string Method), Pair> _methods = [];
    private readonly Dictionary<int, ValueObject> _values = [];
    private Guest _guest = null!;

    internal void Attach(Guest guest) => _guest = guest;

    /// <summary>The host function of this name; null when it is none of these.</summary>
    internal HostFunction? Find(string name) => name switch
    {
        "embind_register_class" => AddClass,
        "embind_register_class_constructor" => AddConstructor,
        "embind_register_class_function" => AddMethod,
        "embind_register_value_object" => AddValueObject,
        "embind_register_value_object_field" => AddField,
        _ when name.StartsWith("embind_", StringComparison.Ordinal) => _ => 0,
        _ => null,
    };

    internal int Construct(string type)
    {
        var (invoker, function) = _constructors[type];
        return _guest.CallTable(invoker, function);
    }

    internal void Destroy(string type, int self) => _guest.CallTable(_destructors[type], self);

    internal int Call(string type, int self, string method, params ReadOnlySpan<ValueBox> arguments)
    {
        var (invoker, context) = _methods[(type, method)];
        return _guest.CallTable(invoker, [context, self, .. arguments]);
    }

    /// <summary>A value object of this name with its fields set; freed by <see cref="Free"/>.</summary>
    internal int Make(string type, params ReadOnlySpan<(string Field, int Value)> fields)
    {
        var value = _values.Values.First(v => v.Name == type);
        var address = _guest.CallTable(value.Constructor);
        foreach (var (field, content) in fields)
        {
            if (value.Fields.TryGetValue(field, out var accessor))
            {
                _guest.CallTable(accessor.Setter, accessor.SetterContext, address, content);
            }
        }

        return address;
    }

    internal int Get(string type, int address, string field)
    {
        var accessor = _values.Values.First(v => v.Name == type).Fields[field];
        return _guest.CallTable(accessor.Getter, accessor.GetterContext, address);
    }

    internal void Free(string type, int address) =>
        _guest.CallTable(_values.Values.First(v => v.Name == type).Destructor, address);

    private int AddClass(ReadOnlySpan<ValueBox> a)
    {
        var name = _guest.ReadName(a[10].AsInt32());
        _classes[a[0].AsInt32()] = name;
        _destructors[name] = a[12].AsInt32();
        return 0;
    }

    private int AddConstructor(ReadOnlySpan<ValueBox> a)
    {
        _constructors[_classes[a[0].AsInt32()]] = new Pair(a[4].AsInt32(), a[5].AsInt32());
        return 0;
    }

    private int AddMethod(ReadOnlySpan<ValueBox> a)
    {
        var key = (_classes[a[0].AsInt32()], _guest.ReadName(a[1].AsInt32()));
        _methods[key] = new Pair(a[5].AsInt32(), a[6].AsInt32());
        return 0;
    }

    private int AddValueObject(ReadOnlySpan<ValueBox> a)
    {
        _values[a[0].AsInt32()] = new ValueObject(_guest.ReadName(a[1].AsInt32()), a[3].AsInt32(), a[5].AsInt32());
        return 0;
    }

    private int AddField(ReadOnlySpan<ValueBox> a)
    {
        _values[a[0].AsInt32()].Fields[_guest.ReadName(a[1].AsInt32())] =
            new Accessor(a[4].AsInt32(), a[5].AsInt32(), a[8].AsInt32(), a[9].AsInt32());
        return 0;
    }

    private readonly record struct Pair(int Invoker, int Function);

    private readonly record struct Accessor(int Getter, int GetterContext, int Setter, int SetterContext);

    private sealed record ValueObject(string Name, int Constructor, int Destructor)
    {
        internal Dictionary<string, Accessor> Fields { get; } = new(StringComparer.Ordinal);
    }
}
