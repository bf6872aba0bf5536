using Defacer.Ledger;

namespace Defacer.Forward;

/// <summary>A kind of destination. One file a kind; the list is Destinations.cs.</summary>
public interface IDestination
{
    /// <summary>
    /// Sends instances, on as few associations as they need, and tells each answer before the next instance goes out.
    /// </summary>
    /// <param name="batch">In the order in which they should go.</param>
    /// <param name="onAnswer">Told after each instance.</param>
    /// <param name="stop">No further instance is begun; the one in flight is finished.</param>
    /// <param name="abort">Ends at once, also inside an instance.</param>
    /// <exception cref="DestinationException">The destination cannot be talked to, or is too busy: later, all of
    /// it.</exception>
    Task SendAsync(IReadOnlyList<Outgoing> batch, Func<Outgoing, Answer, Task> onAnswer, CancellationToken stop,
        CancellationToken abort);
}

/// <summary>An instance to send.</summary>
/// <param name="Delivery">What the ledger knows.</param>
/// <param name="Path">The verified file.</param>
public sealed record Outgoing(Delivery Delivery, string Path);

/// <summary>What a destination answered for an instance.</summary>
/// <param name="Status">The DIMSE status; 0122H also where its presentation context was refused.</param>
/// <param name="Comment">The error comment; the peer's text, not for logs.</param>
public sealed record Answer(ushort Status, string? Comment);

/// <summary>The destination as a whole cannot take anything now.</summary>
public sealed class DestinationException : Exception
{
    /// <summary>With the class of the failure for metrics and the sentence for people.</summary>
    public DestinationException(string errorType, string message, Exception? inner = null)
        : base(message, inner) => ErrorType = errorType;

    /// <summary>Low-cardinality name: connect, tls, rejected, aborted, timeout, busy.</summary>
    public string ErrorType { get; }
}
