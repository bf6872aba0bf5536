using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Defacer.Configuration;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Observe;
using Defacer.Spool;

namespace Defacer.Receive;

/// <summary>
/// Tells metrics, traces, the log, and the spool (open associations keep studies open) what happens on the port.
/// </summary>
public sealed class AssociationLog(
    DefacerOptions options, SpoolStore spool, NodeMetrics metrics, ILogger<AssociationLog> log) : IAssociationObserver
{
    private readonly HashSet<string> _names = new(
        options.Node.Peers.Select(p => p.AeTitle)
            .Concat(options.Routes.SelectMany(r => r.CallingAeTitles)), StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, Activity> _spans = new(StringComparer.Ordinal);

    /// <summary>Called when an association ended.</summary>
    public Action? OnEnded { get; set; }

    /// <inheritdoc/>
    public void Accepted(AssociationInfo association)
    {
        spool.AssociationOpened(association.Id);
        metrics.AssociationStarted(Peer(association));
        if (metrics.Activities.StartActivity("defacer.receive", ActivityKind.Server) is { } span)
        {
            span.SetTag("association", association.Id).SetTag("peer", Peer(association));
            _spans[association.Id] = span;
        }

        log.LogInformation(
            "Association {Association}: {Calling} at {Peer} calls {Called}; {Accepted} of {Proposed} contexts "
                + "accepted.",
            association.Id, association.CallingAeTitle, association.Peer, association.CalledAeTitle,
            association.AcceptedContexts, association.ProposedContexts);
    }

    /// <inheritdoc/>
    public void Rejected(AssociationInfo association, AssociationRejection rejection)
    {
        metrics.AssociationRejected(Peer(association), rejection.ToString());
        log.LogWarning(
            "{Calling} at {Peer} calling {Called} was rejected with {Rejection}. {Remedy}",
            association.CallingAeTitle, association.Peer, association.CalledAeTitle, rejection, Remedy(rejection));
    }

    /// <inheritdoc/>
    public void Served(AssociationInfo association, ServedMessage message)
    {
        if (message.CommandField != 0x0001)
        {
            return;
        }

        metrics.Received(Peer(association), message.Status.State.ToString(), message.DataSetBytes, message.Duration);
        if (!message.Status.IsSuccessOrWarning)
        {
            // An answer that we chose says everything in its status; only a fault has a stack worth keeping.
            log.LogWarning(message.Error is DimseException ? null : message.Error, "Association {Association}: an instance was answered with {Status}.",
                association.Id, message.Status);
        }
    }

    /// <inheritdoc/>
    public void Ended(AssociationInfo association, AssociationSummary summary)
    {
        spool.AssociationClosed(association.Id);
        metrics.AssociationEnded(Peer(association), summary.End.ToString());
        if (_spans.TryRemove(association.Id, out var span))
        {
            span.SetTag("outcome", summary.End.ToString()).SetTag("messages", summary.Messages);
            span.Dispose();
        }

        log.Log(
            summary.End == AssociationEnd.Released ? LogLevel.Information : LogLevel.Warning, summary.Error,
            "Association {Association} ended: {End}. {Detail} {Messages} messages, {Failures} failures, {Bytes} bytes.",
            association.Id, summary.End, summary.Detail, summary.Messages, summary.Failures, summary.DataSetBytes);
        OnEnded?.Invoke();
    }

    /// <inheritdoc/>
    public void Dropped(IPEndPoint peer, AssociationEnd end, string detail) =>
        log.Log(
            end == AssociationEnd.NotSecured ? LogLevel.Warning : LogLevel.Information,
            "A connection from {Peer} ended before it asked for an association: {End}. {Detail}", peer, end, detail);

    /// <inheritdoc/>
    public void ListenerFailed(Exception error) => log.LogError(error, "A connection could not be accepted.");

    // Titles of the configuration only: any other text comes from the network, and metrics must not grow with it.
    private string Peer(AssociationInfo association) =>
        _names.Contains(association.CallingAeTitle) ? association.CallingAeTitle : "other";

    private static string Remedy(AssociationRejection rejection) =>
        (rejection.Result, rejection.Source, rejection.Reason) switch
        {
            (1, 1, 7) => "No route has this called AE title: correct it at the sender, or set CalledAeTitle of a route.",
            (1, 1, 3) =>
                "The caller is in no list: add it to Node:Peers with its network, and to CallingAeTitles of the route.",
            (2, 3, 1) => "The spool is below its free space, its ledger stands still, or the node is stopping: the sender will try again.",
            (2, 3, 2) =>
                "Too many associations at once: the sender will try again; raise Node:MaxAssociations if this is usual.",
            _ => string.Empty,
        };
}
