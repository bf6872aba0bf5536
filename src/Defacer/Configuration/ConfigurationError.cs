namespace Defacer.Configuration;

/// <summary>One thing wrong in the configuration.</summary>
/// <param name="Path">Where, e.g. <c>Defacer:Node:Port</c>.</param>
/// <param name="Value">What stands there; null when nothing does.</param>
/// <param name="Reason">Why it cannot be used.</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record ConfigurationError(string Path, string? Value, string Reason, string Remedy)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Path}{(Value is null ? string.Empty : $" = \"{Value}\"")}: {Reason} {Remedy}";
}

/// <summary>The configuration cannot be used; carries every error found.</summary>
public sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception("The configuration cannot be used:" + Environment.NewLine + string.Join(Environment.NewLine, errors))
{
    /// <summary>Every error.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;
}
