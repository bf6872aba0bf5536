namespace Defacer.Dicom.Network;

/// <summary>Who aborts (PS3.8 Table 9-26, byte 9).</summary>
public enum AbortSource
{
    /// <summary>The application above the upper layer.</summary>
    ServiceUser = 0,

    /// <summary>The upper layer itself.</summary>
    ServiceProvider = 2,
}

/// <summary>Why the service provider aborts (PS3.8 Table 9-26, byte 10).</summary>
public enum AbortReason
{
    /// <summary>Not specified; always this when the service user aborts.</summary>
    NotSpecified = 0,

    /// <summary>A PDU type that the standard does not have.</summary>
    UnrecognizedPdu = 1,

    /// <summary>A PDU that the state does not allow.</summary>
    UnexpectedPdu = 2,

    /// <summary>A parameter that the standard does not have.</summary>
    UnrecognizedPduParameter = 4,

    /// <summary>A parameter that the state does not allow.</summary>
    UnexpectedPduParameter = 5,

    /// <summary>A value outside its range, a length too long among them.</summary>
    InvalidPduParameterValue = 6,
}

/// <summary>
/// The association cannot go on. Thrown as such when the peer broke the protocol: source and reason are those of the
/// A-ABORT that we send. The derived classes say what the peer or the network did.
/// </summary>
public class AssociationException : IOException
{
    /// <summary>
    /// The peer broke the protocol; <paramref name="source"/> and <paramref name="reason"/> go into our A-ABORT.
    /// </summary>
    public AssociationException(AbortSource source, AbortReason reason, string message)
        : base(message)
    {
        AbortSource = source;
        AbortReason = reason;
    }

    /// <inheritdoc cref="AssociationException(AbortSource, AbortReason, string)"/>
    public AssociationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Byte 9 of the A-ABORT.</summary>
    public AbortSource AbortSource { get; }

    /// <summary>Byte 10 of the A-ABORT.</summary>
    public AbortReason AbortReason { get; }

    /// <summary>Whether the same may succeed later without anybody changing a setting.</summary>
    public virtual bool IsTransient => false;

    internal static AssociationException Invalid(string message) =>
        new(AbortSource.ServiceProvider, AbortReason.InvalidPduParameterValue, message);

    internal static AssociationException Unexpected(string message) =>
        new(AbortSource.ServiceProvider, AbortReason.UnexpectedPduParameter, message);

    internal static AssociationException ByUser(string message) =>
        new(AbortSource.ServiceUser, AbortReason.NotSpecified, message);
}

/// <summary>The peer sent A-ABORT.</summary>
public sealed class AssociationAbortedException : AssociationException
{
    /// <summary>The source and reason that the peer gave.</summary>
    public AssociationAbortedException(AbortSource source, AbortReason reason)
        : base(source, reason, source == AbortSource.ServiceUser
            ? "The peer aborted the association (A-ABORT by its application). Its log says why."
            : $"The peer aborted the association (its upper layer says {reason}). Its log says which PDU it minded.")
    {
    }

    /// <inheritdoc/>
    public override bool IsTransient => true;
}

/// <summary>What was lost.</summary>
public enum LostCause
{
    /// <summary>The peer closed the connection, or the network did.</summary>
    Closed,

    /// <summary>No connection came about.</summary>
    NotConnected,

    /// <summary>A connection came about and could not be secured: TLS, or a certificate.</summary>
    NotSecured,

    /// <summary>The peer said nothing, or took nothing, for the time allowed.</summary>
    TimedOut,
}

/// <summary>The connection broke, did not come about, or the peer was silent for too long.</summary>
public sealed class AssociationLostException : AssociationException
{
    /// <summary>Says what was lost, and while waiting for what.</summary>
    public AssociationLostException(LostCause cause, string message, Exception? innerException = null)
        : base(message, innerException) => Cause = cause;

    /// <summary>What was lost.</summary>
    public LostCause Cause { get; }

    /// <summary>Whether the peer was silent between messages, not inside one.</summary>
    internal bool IsIdle { get; init; }

    /// <inheritdoc/>
    public override bool IsTransient => true;
}
