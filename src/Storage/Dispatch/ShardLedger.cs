using AttnSweep.Protocol;
using AttnSweep.Storage.Connections;

namespace AttnSweep.Storage.Dispatch;

/// <summary>
/// Leases and results behind the gate. Every method is one transaction, carries the caller's epoch, and throws
/// <see cref="SupersededException"/> when a later coordinator has taken over. The database's clock decides expiry. Role app.
/// </summary>
public sealed class ShardLedger(Database database)
{
    internal Database Database { get; } = database;

    /// <summary>Takes the next epoch: the first thing that a new singleton does.</summary>
    public Task<long> TakeEpochAsync(string host, int processId, string address, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The singleton is alive (called every few seconds; shown by status, checked by <c>run</c>).</summary>
    public Task HeartbeatAsync(long epoch, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The most valuable queued shard that fits (priority, oldest run, longest estimate), leased atomically with attempt + 1; null when there is none.</summary>
    public Task<ShardWork?> GrantAsync(GrantRequest request, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Extends leases and stores their progress. Returns the leases that are no longer held, with the reason.</summary>
    public Task<IReadOnlyList<LostLease>> RenewAsync(long epoch, string worker, IReadOnlyList<LeaseProgress> leases, TimeSpan duration, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>The gate and the COPY in one transaction.</summary>
    public Task<RecordVerdict> RecordAsync(long epoch, DispatchProtocol.ReportChunk chunk, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>
    /// Takes a shard back. A crash or time-out counts against the cell that was running; at <see cref="MaxCellFailures"/> the cell gets its
    /// result (crashed, timed-out) and the rest of the shard goes on. False when the lease was not held any more.
    /// </summary>
    public Task<bool> ReturnAsync(long epoch, DispatchProtocol.ReturnShard returned, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Requeues shards whose lease has expired. Returns how many.</summary>
    public Task<int> RequeueExpiredAsync(long epoch, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Requeues what a vanished worker's process held (not what a newer process of that name holds). Returns how many.</summary>
    public Task<int> RequeueOfAsync(long epoch, string worker, string incarnation, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>queued to running where something was granted, running to finished where every cell has a result. Returns the runs that finished.</summary>
    public Task<IReadOnlyList<long>> SettleRunsAsync(long epoch, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>A cell that failed this often (runner crashed or timed out) is set aside.</summary>
    public const int MaxCellFailures = 3;
}

/// <param name="MemoryBytes">Of the device: cells that need more are not granted.</param>
/// <param name="OnlyRun">Null grants from every run.</param>
public sealed record GrantRequest(
    long Epoch, string Worker, string Incarnation, string DeviceId, string Backend, long MemoryBytes, TimeSpan LeaseDuration, long? OnlyRun);

public sealed record LostLease(Lease Lease, string Reason);

/// <summary>What the gate said.</summary>
public enum RecordVerdict
{
    Recorded,

    /// <summary>This very chunk of this very attempt is in the table: acknowledge it.</summary>
    AlreadyRecorded,

    /// <summary>An earlier chunk is still missing: send that first.</summary>
    TooEarly,

    /// <summary>Another attempt owns the shard, or the run ended.</summary>
    Stale,
}

/// <summary>A later coordinator has taken over: this one must stop granting and recording.</summary>
public sealed class SupersededException(long epoch, long current) : Exception($"epoch {epoch} was superseded by epoch {current}");
