using System.Net;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network;

/// <summary>Why an association ended; the names are the same in metrics and logs.</summary>
public enum AssociationEnd
{
    /// <summary>The peer released it: it believes that everything was said.</summary>
    Released,

    /// <summary>The peer sent A-ABORT.</summary>
    AbortedByPeer,

    /// <summary>The connection was closed without release or abort.</summary>
    ConnectionLost,

    /// <summary>The peer broke the protocol, and we aborted.</summary>
    ProtocolError,

    /// <summary>No message came for the time allowed, and we aborted.</summary>
    IdleTimeout,

    /// <summary>A message began and did not go on, or the peer did not take our answer; we aborted.</summary>
    ProgressTimeout,

    /// <summary>We shut down: the message in flight was answered, then we aborted.</summary>
    Draining,

    /// <summary>An error of ours; we aborted.</summary>
    InternalError,

    /// <summary>The TLS handshake failed, or a certificate was not accepted; the connection was closed.</summary>
    NotSecured,

    /// <summary>More connections than allowed have asked for nothing yet; this one was closed.</summary>
    TooManyConnections,
}

/// <summary>A message that was answered.</summary>
/// <param name="CommandField">The command (PS3.7 Table E.1-1), for example 0x0001 for C-STORE-RQ.</param>
/// <param name="AffectedSOPClassUID">The SOP class; empty when the message has none.</param>
/// <param name="Status">What was answered.</param>
/// <param name="DataSetBytes">Length in bytes of the data set received.</param>
/// <param name="Duration">From the command to the response.</param>
/// <param name="Error">What went wrong on our side; null when nothing did.</param>
public sealed record ServedMessage(
    ushort CommandField,
    string AffectedSOPClassUID,
    DicomStatus Status,
    long DataSetBytes,
    TimeSpan Duration,
    Exception? Error);

/// <summary>An association that is over.</summary>
/// <param name="End">Why.</param>
/// <param name="Detail">One sentence; no patient data.</param>
/// <param name="Messages">Messages answered.</param>
/// <param name="Failures">Messages answered with a failure.</param>
/// <param name="DataSetBytes">Bytes of data sets received.</param>
/// <param name="Duration">From the request to the end.</param>
/// <param name="Error">What went wrong; null when nothing did.</param>
public sealed record AssociationSummary(
    AssociationEnd End,
    string Detail,
    long Messages,
    long Failures,
    long DataSetBytes,
    TimeSpan Duration,
    Exception? Error);

/// <summary>
/// Is told what happens on the server's associations, by the task of the association concerned: must be quick and must
/// not throw. Override what is wanted; the default of each is to do nothing.
/// </summary>
public interface IAssociationObserver
{
    /// <summary>An association begins.</summary>
    void Accepted(AssociationInfo association)
    {
    }

    /// <summary>An association was rejected.</summary>
    void Rejected(AssociationInfo association, AssociationRejection rejection)
    {
    }

    /// <summary>A message was answered.</summary>
    void Served(AssociationInfo association, ServedMessage message)
    {
    }

    /// <summary>An accepted association is over. Nothing is stored for its id after this.</summary>
    void Ended(AssociationInfo association, AssociationSummary summary)
    {
    }

    /// <summary>
    /// A connection ended before it asked for an association properly: a port scan, a browser, a half-open line.
    /// </summary>
    void Dropped(IPEndPoint peer, AssociationEnd end, string detail)
    {
    }

    /// <summary>The listener could not accept a connection, and goes on trying.</summary>
    void ListenerFailed(Exception error)
    {
    }
}

/// <summary>Hears everything and does nothing.</summary>
public sealed class SilentAssociationObserver : IAssociationObserver
{
    /// <summary>The one instance.</summary>
    public static SilentAssociationObserver Instance { get; } = new();
}
