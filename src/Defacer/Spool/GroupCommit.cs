using System.Threading.Channels;

namespace Defacer.Spool;

/// <summary>
/// Names finished files: renames all that wait, then one flush of the folder for all of them. Instances of parallel
/// associations share the flush; a single association waits for nobody, because there is no timer.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    // Bounded by associations: each waits for its own instance, so this is never reached by honest senders.
    private const int MaxWaiting = 4096;
    private readonly IDisk _disk;
    private readonly string _folder;
    private readonly Action<Exception> _onError;
    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly Task _loop;

    internal GroupCommit(IDisk disk, string folder, Action<Exception> onError)
    {
        (_disk, _folder, _onError) = (disk, folder, onError);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>
    /// True when the file has its name and the name is durable. Once handed over it is finished also when the caller
    /// goes away.
    /// </summary>
    internal async ValueTask<bool> CommitAsync(string from, string to, CancellationToken ct)
    {
        var waiting = new Waiting(from, to);
        await _queue.Writer.WriteAsync(waiting, ct);
        return await waiting.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        var group = new List<Waiting>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (_queue.Reader.TryRead(out var waiting))
            {
                group.Add(waiting);
            }

            try
            {
                Commit(group);
            }
            catch (Exception e)
            {
                // Top of the loop: whatever it was, nobody may wait for ever, and nothing unsure is acknowledged.
                _onError(e);
                group.ForEach(w => w.Done.TrySetResult(false));
            }
        }
    }

    private void Commit(List<Waiting> group)
    {
        var named = group.Where(Name).ToList();
        var isDurable = named.Count == 0 || Flush();
        foreach (var waiting in group)
        {
            var succeeded = isDurable && named.Contains(waiting);
            if (!succeeded)
            {
                // Not acknowledged, so it must not count as received.
                Remove(waiting);
            }

            waiting.Done.SetResult(succeeded);
        }
    }

    private bool Name(Waiting waiting)
    {
        try
        {
            _disk.Move(waiting.From, waiting.To);
            return true;
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            _onError(e);
            return false;
        }
    }

    private bool Flush()
    {
        try
        {
            _disk.FlushFolder(_folder);
            return true;
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            _onError(e);
            return false;
        }
    }

    private void Remove(Waiting waiting)
    {
        try
        {
            _disk.Delete(waiting.From);
            _disk.Delete(waiting.To);
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            // Left behind it is taken in at the next start as one more copy, which the duplicate rule absorbs.
            _onError(e);
        }
    }

    private sealed record Waiting(string From, string To)
    {
        internal TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
