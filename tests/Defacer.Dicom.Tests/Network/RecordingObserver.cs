using System.Collections.Concurrent;
using System.Net;
using Defacer.Dicom.Network;

namespace Defacer.Dicom.Tests.Network;

/// <summary>Keeps what a server reports, and lets a test wait for the end of an association.</summary>
internal sealed class RecordingObserver : IAssociationObserver
{
    private readonly TaskCompletionSource<AssociationSummary> _ended = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<AssociationRejection> _rejected = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<AssociationEnd> _dropped = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    internal ConcurrentQueue<AssociationInfo> AcceptedAssociations { get; } = new();

    internal ConcurrentQueue<AssociationRejection> Rejections { get; } = new();

    internal ConcurrentQueue<ServedMessage> Messages { get; } = new();

    internal ConcurrentQueue<string> EndedIds { get; } = new();

    internal ConcurrentQueue<Exception> ListenerErrors { get; } = new();

    /// <summary>The first association that ends.</summary>
    internal Task<AssociationSummary> FirstEnd => _ended.Task.WaitAsync(Waits.Long);

    /// <summary>The first rejection, which may be reported just after the peer has read it.</summary>
    internal Task<AssociationRejection> FirstRejection => _rejected.Task.WaitAsync(Waits.Long);

    /// <summary>The first connection that ends without an association.</summary>
    internal Task<AssociationEnd> FirstDrop => _dropped.Task.WaitAsync(Waits.Long);

    public void Accepted(AssociationInfo association) => AcceptedAssociations.Enqueue(association);

    public void Rejected(AssociationInfo association, AssociationRejection rejection)
    {
        Rejections.Enqueue(rejection);
        _rejected.TrySetResult(rejection);
    }

    public void Served(AssociationInfo association, ServedMessage message) => Messages.Enqueue(message);

    public void Ended(AssociationInfo association, AssociationSummary summary)
    {
        EndedIds.Enqueue(association.Id);
        _ended.TrySetResult(summary);
    }

    public void Dropped(IPEndPoint peer, AssociationEnd end, string detail) => _dropped.TrySetResult(end);

    public void ListenerFailed(Exception error) => ListenerErrors.Enqueue(error);
}
