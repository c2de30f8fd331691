using Akka.Actor;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>
/// The coordinator's own heartbeat, expired leases, runs that ended, workers that were seen. One round at a time: while the store
/// hangs, a round a tick would take every connection that grants need.
/// </summary>
internal sealed class TidyingActor : ReceiveActor
{
    /// <summary>In rounds.</summary>
    private const int SchedulingEvery = 5;

    private readonly CoordinatorParts _parts;
    private readonly long _epoch;
    private readonly CancellationTokenSource _ended = new();
    private readonly List<long> _endedRuns = [];
    private bool _tidying;
    private long _rounds;

    public TidyingActor(CoordinatorParts parts, long epoch)
    {
        _parts = parts;
        _epoch = epoch;
        Receive<TidyRound>(Begin);
        Receive<Tidied>(tidied =>
        {
            _tidying = false;
            Context.Parent.Tell(new StoreWorked());
            if (tidied.Requeued > 0)
            {
                Context.Parent.Tell(new WorkAppeared());
            }
        });
        Receive<NotTidied>(failed =>
        {
            _tidying = false;
            Context.Parent.Tell(new StoreFailed("tidying up", failed.Problem));
        });
    }

    protected override void PostStop()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private void Begin(TidyRound round)
    {
        if (!_tidying)
        {
            _tidying = true;
            TidyAsync(round).PipeTo(Self, Self, success: requeued => new Tidied(requeued), failure: problem => new NotTidied(problem));
        }
    }

    private async Task<int> TidyAsync(TidyRound round)
    {
        await _parts.Ledger.HeartbeatAsync(_epoch, _ended.Token);
        var requeued = round.Present is { } present ? await _parts.Ledger.RequeueExpiredAsync(_epoch, present, _ended.Token) : 0;
        _endedRuns.AddRange(await _parts.Ledger.SettleRunsAsync(_epoch, _ended.Token));
        if (_rounds++ % SchedulingEvery == 0 || _endedRuns.Count > 0)
        {
            await _parts.Scheduling.LookAsync(_endedRuns, _ended.Token);
            _endedRuns.Clear();
        }

        await _parts.Nodes.SeenAsync(round.Heard, _ended.Token);
        return requeued;
    }

    private sealed record Tidied(int Requeued);

    private sealed record NotTidied(Exception Problem);
}

/// <param name="Heard">Names of the workers heard from since the last round.</param>
/// <param name="Present">Processes (incarnations) that are there; null while it is too early to say, and nothing expires.</param>
internal sealed record TidyRound(IReadOnlyList<string> Heard, IReadOnlyList<string>? Present);
