using System.Collections.Immutable;
using AttnSweep.Scheduling;

namespace AttnSweep.Simulation.Exploration;

/// <summary>Shards as the pure rules have them: shard k has the cells 10 k + 1 and on; the lower number is the longer shard.</summary>
public sealed class RuledShards(LeaseRules rules, int shards, int cellsPerShard) : IFencedShards
{
    private readonly LeaseRecord[] _shards =
        [.. Enumerable.Range(0, shards).Select(s => LeaseRecord.Queued(Enumerable.Range(1, cellsPerShard).Select(c => (10L * s) + c)))];

    private readonly Dictionary<long, int> _written = [];
    private long _epoch;

    public Task<long> TakeEpochAsync() => Task.FromResult(++_epoch);

    public Task<GrantedShard?> GrantAsync(long epoch, string worker)
    {
        for (var s = 0; s < _shards.Length; s++)
        {
            if (rules.Grant(_shards[s], _epoch, epoch, worker, worker) is { } leased)
            {
                _shards[s] = leased;
                return Task.FromResult<GrantedShard?>(new GrantedShard(s, leased.Attempt, [.. leased.Missing]));
            }
        }

        return Task.FromResult<GrantedShard?>(null);
    }

    /// <summary>A second attempt of the shard beside the one in progress; null where the rules refuse it.</summary>
    public GrantedShard? Speculate(long epoch, GrantedShard running, string worker)
    {
        if (rules.Speculate(_shards[running.Shard], _epoch, epoch, running.Attempt, worker, worker) is not { } leased)
        {
            return null;
        }

        _shards[running.Shard] = leased;
        return new GrantedShard(running.Shard, leased.Attempt, [.. leased.Missing]);
    }

    public Task<GateAnswer> RecordAsync(long epoch, GrantedShard shard, string worker, int chunk, bool final, IReadOnlyList<long> cells)
    {
        var (answer, next, accepted) = rules.Record(_shards[shard.Shard], _epoch, epoch, new ReportedChunk(worker, shard.Attempt, chunk, final, [.. cells]));
        _shards[shard.Shard] = next;
        foreach (var cell in accepted)
        {
            _written[cell] = _written.GetValueOrDefault(cell) + 1;
        }

        return Task.FromResult(answer);
    }

    public Task<bool> ReturnAsync(long epoch, GrantedShard shard, string worker)
    {
        (var accepted, _shards[shard.Shard]) = rules.Return(_shards[shard.Shard], _epoch, epoch, worker, shard.Attempt);
        return Task.FromResult(accepted);
    }

    public Task LeaveAsync(long epoch, string worker) => ForEach(epoch, shard => shard.Holder?.Worker == worker ? rules.Lose(shard) : shard);

    public Task ExpireAsync(long epoch) => ForEach(epoch, rules.Lose);

    public Task PauseAsync() => ForEach(_epoch, shard => rules.Stop(shard, ShardPhase.Paused));

    public Task ResumeAsync() => ForEach(_epoch, rules.Resume);

    public Task<IReadOnlyDictionary<long, int>> WrittenAsync() => Task.FromResult<IReadOnlyDictionary<long, int>>(_written.ToImmutableDictionary());

    private Task ForEach(long epoch, Func<LeaseRecord, LeaseRecord> change)
    {
        for (var s = 0; s < _shards.Length && epoch >= _epoch; s++)
        {
            _shards[s] = change(_shards[s]);
        }

        return Task.CompletedTask;
    }
}
