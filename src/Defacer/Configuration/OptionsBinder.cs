using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Defacer.Configuration;

/// <summary>
/// Fills options records from configuration and collects what does not fit. The framework's binder ignores keys it does
/// not know and stops at the first bad value; an administrator wants every error in one run.
/// </summary>
internal sealed class OptionsBinder(List<ConfigurationError> errors)
{
    /// <summary>A new record of the type, filled from the section.</summary>
    internal object Bind(Type type, IConfiguration section, string path)
    {
        var target = Activator.CreateInstance(type)!;
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)
            .ToList();
        foreach (var child in section.GetChildren())
        {
            var at = $"{path}:{child.Key}";
            var property = properties.Find(p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                errors.Add(new(at, child.Value, "This key is not known.",
                    $"Known here: {string.Join(", ", properties.Select(p => p.Name))}."));
            }
            else if (BindValue(property.PropertyType, child, $"{path}:{property.Name}") is { } value)
            {
                property.SetValue(target, value);
            }
        }

        return target;
    }

    // Null when nothing is set (JSON null arrives as empty text) or when an error was noted.
    private object? BindValue(Type type, IConfigurationSection section, string path)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return BindList(type.GetGenericArguments()[0], section, path);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return BindMap(type.GetGenericArguments()[1], section, path);
        }

        if (IsRecord(type))
        {
            if (section.Value is { Length: > 0 } text)
            {
                errors.Add(new(path, text, "A group of settings must stand here.", "Write an object { ... }."));
                return null;
            }

            return section.GetChildren().Any() ? Bind(type, section, path) : null;
        }

        if (section.GetChildren().Any())
        {
            errors.Add(new(path, null, "A single value must stand here, not a group.", Expected(type)));
            return null;
        }

        return section.Value is { Length: > 0 } scalar ? Convert(type, scalar, path) : null;
    }

    private IList? BindList(Type element, IConfigurationSection section, string path)
    {
        if (section.Value is { Length: > 0 } text)
        {
            errors.Add(new(path, text, "A list must stand here.", "Write [ ... ]."));
            return null;
        }

        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        foreach (var child in section.GetChildren())
        {
            if (BindValue(element, child, $"{path}:{child.Key}") is { } value)
            {
                list.Add(value);
            }
        }

        return list;
    }

    private IDictionary BindMap(Type element, IConfigurationSection section, string path)
    {
        var map =
            (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), element))!;
        foreach (var child in section.GetChildren())
        {
            if (BindValue(element, child, $"{path}:{child.Key}") is { } value)
            {
                map.Add(child.Key, value);
            }
        }

        return map;
    }

    private object? Convert(Type type, string text, string path)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        object? value = plain switch
        {
            _ when plain == typeof(string) => text,
            _ when plain == typeof(int) =>
                int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : null,
            _ when plain == typeof(bool) => bool.TryParse(text, out var b) ? b : null,
            _ when plain == typeof(TimeSpan) =>
                text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var t) ? t : null,
            _ when plain == typeof(ByteSize) => ByteSize.Parse(text),
            _ when plain == typeof(KeepOriginals) => KeepOriginals.Parse(text),
            _ when plain == typeof(Uri) =>
                Uri.TryCreate(text, UriKind.Absolute, out var u) && u.Scheme is "http" or "https" ? u : null,
            _ when plain.IsEnum =>
                !char.IsAsciiDigit(text[0]) && Enum.TryParse(plain, text, ignoreCase: true, out var e) ? e : null,
            _ => throw new System.Diagnostics.UnreachableException($"No reader for {plain}."),
        };
        if (value is null)
        {
            errors.Add(new(path, text, "The value cannot be read.", Expected(plain)));
        }

        return value;
    }

    private static bool IsRecord(Type type) => type.Namespace == typeof(OptionsBinder).Namespace && type.IsClass;

    private static string Expected(Type type) => type switch
    {
        _ when type == typeof(int) => "Write a whole number.",
        _ when type == typeof(bool) => "Write true or false.",
        _ when type == typeof(TimeSpan) => "Write a time as hours:minutes:seconds, e.g. 00:01:00.",
        _ when type == typeof(ByteSize) => "Write a size, e.g. 10 GB or 512 MiB.",
        _ when type == typeof(KeepOriginals) => "Write none, always, or a time such as 7.00:00:00.",
        _ when type == typeof(Uri) => "Write an address, e.g. http://127.0.0.1:8080.",
        _ when type.IsEnum => $"Write one of {string.Join(", ", Enum.GetNames(type))}.",
        _ => "Write a text.",
    };
}
