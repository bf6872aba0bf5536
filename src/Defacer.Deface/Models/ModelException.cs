namespace Defacer.Deface.Models;

/// <summary>
/// A network or the library that runs it cannot be used. Nothing is defaced by another method in its place; the message
/// says what is wrong, where, and what to do.
/// </summary>
public sealed class ModelException : Exception
{
    /// <summary>With a message for the administrator.</summary>
    public ModelException(string message)
        : base(message)
    {
    }

    /// <summary>With a message for the administrator and the cause.</summary>
    public ModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Without a message; needed by nobody but serializers.</summary>
    public ModelException()
    {
    }
}
