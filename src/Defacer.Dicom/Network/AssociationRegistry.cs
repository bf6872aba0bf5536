using System.Net;

namespace Defacer.Dicom.Network;

/// <summary>
/// Counts connections and associations against the limits, and says when all have ended. Safe for many tasks.
/// </summary>
internal sealed class AssociationRegistry(Limits limits) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Caller, IPAddress Address), int> _byCaller = [];
    private readonly CancellationTokenSource _drain = new();
    private TaskCompletionSource? _none;
    private int _connections;

    /// <summary>Associations accepted and not over.</summary>
    internal int Active { get; private set; }

    /// <summary>Cancelled when no further message may begin.</summary>
    internal CancellationToken Draining => _drain.Token;

    /// <summary>Counts a connection in; false when too many have asked for nothing yet.</summary>
    internal bool TryBeginConnection()
    {
        lock (_lock)
        {
            if (_connections - Active >= limits.MaxPendingConnections)
            {
                return false;
            }

            _connections++;
            return true;
        }
    }

    internal void EndConnection()
    {
        lock (_lock)
        {
            _connections--;
        }
    }

    /// <summary>Counts an association in, or says how it must be rejected.</summary>
    internal AssociationRejection? TryBegin(string caller, IPAddress address)
    {
        lock (_lock)
        {
            if (_drain.IsCancellationRequested)
            {
                return AssociationRejection.TemporaryCongestion;
            }

            var ofCaller = _byCaller.GetValueOrDefault((caller, address));
            if (Active >= limits.MaxAssociations || ofCaller >= limits.MaxAssociationsPerCaller)
            {
                return AssociationRejection.LocalLimitExceeded;
            }

            Active++;
            _byCaller[(caller, address)] = ofCaller + 1;
            return null;
        }
    }

    internal void End(string caller, IPAddress address)
    {
        TaskCompletionSource? none = null;
        lock (_lock)
        {
            Active--;
            if (--_byCaller[(caller, address)] == 0)
            {
                _byCaller.Remove((caller, address));
            }

            if (Active == 0)
            {
                none = _none;
            }
        }

        none?.TrySetResult();
    }

    /// <summary>From now on nothing begins.</summary>
    internal Task DrainAsync() => _drain.CancelAsync();

    /// <summary>Ends when no association is open.</summary>
    internal Task WaitForNone()
    {
        lock (_lock)
        {
            if (Active == 0)
            {
                return Task.CompletedTask;
            }

            _none ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _none.Task;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _drain.Dispose();
}
