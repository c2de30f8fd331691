using AttnSweep.Scheduling;

namespace AttnSweep.Simulation.Exploration;

/// <summary>
/// Shards behind fencing, as a schedule of messages and faults meets them. Implemented by the rules (<see cref="RuledShards"/>) and, in the
/// store's tests, by the SQL statements: one contract, the same schedules.
/// </summary>
public interface IFencedShards
{
    /// <summary>A coordinator takes over.</summary>
    Task<long> TakeEpochAsync();

    /// <summary>The longest queued shard; null where there is none, or where the coordinator was superseded.</summary>
    Task<GrantedShard?> GrantAsync(long epoch, string worker);

    Task<GateAnswer> RecordAsync(long epoch, GrantedShard shard, string worker, int chunk, bool final, IReadOnlyList<long> cells);

    /// <summary>False when it was not held any more, or the coordinator was superseded.</summary>
    Task<bool> ReturnAsync(long epoch, GrantedShard shard, string worker);

    /// <summary>All that a worker holds goes back.</summary>
    Task LeaveAsync(long epoch, string worker);

    /// <summary>All leases run out.</summary>
    Task ExpireAsync(long epoch);

    Task PauseAsync();

    Task ResumeAsync();

    /// <summary>How often each cell was written; cells without a result are not in it.</summary>
    Task<IReadOnlyDictionary<long, int>> WrittenAsync();
}

/// <param name="Shard">Which shard, the same number in every implementation.</param>
/// <param name="Cells">Its cells without a result, numbered alike.</param>
public sealed record GrantedShard(int Shard, int Attempt, IReadOnlyList<long> Cells);
