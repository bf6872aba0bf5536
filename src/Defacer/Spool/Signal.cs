namespace Defacer.Spool;

/// <summary>Wakes one waiting loop; a call before the wait is not lost, many calls wake once.</summary>
public sealed class Signal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _source = New();

    /// <summary>Wakes the loop.</summary>
    public void Set()
    {
        lock (_lock)
        {
            _source.TrySetResult();
        }
    }

    /// <summary>Waits for a call or for the time to pass.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken ct)
    {
        Task waiting;
        lock (_lock)
        {
            waiting = _source.Task;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(waiting, Task.Delay(longest, time, ended.Token));
        await ended.CancelAsync();
        ct.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_source.Task.IsCompleted)
            {
                _source = New();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
