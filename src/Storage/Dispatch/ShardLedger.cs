using AttnSweep.Protocol;
using AttnSweep.Scheduling;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Sql;
using Npgsql;

namespace AttnSweep.Storage.Dispatch;

/// <summary>
/// Leases and results behind the gate. Every method is one transaction, carries the caller's epoch, and throws
/// <see cref="SupersededException"/> when a later coordinator has taken over. The database's clock decides expiry. Role app.
/// </summary>
public sealed class ShardLedger(Database database)
{
    private static readonly string TakeEpoch = SqlFiles.Statement("take_epoch");
    private static readonly string EndEpoch = SqlFiles.Statement("end_epoch");
    private static readonly string Heartbeat = SqlFiles.Statement("heartbeat");
    private static readonly string RenewLeases = SqlFiles.Statement("renew_leases");
    private static readonly string WhoHolds = SqlFiles.Statement("who_holds");
    private static readonly string SkipUnfitting = SqlFiles.Statement("skip_unfitting");
    private static readonly string FinishRuns = SqlFiles.Statement("finish_runs");

    /// <summary>A cell that failed this often (runner crashed or timed out) is set aside.</summary>
    public const int MaxCellFailures = RetryRule.MostTries;

    /// <summary>How old a run must be before a cell that fits no present device is skipped: workers need a moment to join.</summary>
    private const double GraceSeconds = 60;

    internal Database Database { get; } = database;

    /// <summary>Takes the next epoch: the first thing that a new singleton does.</summary>
    /// <param name="quiet">How long a coordinator at another address must have been silent, unless it ended in good order; zero asks nobody.</param>
    /// <exception cref="EpochHeldException">Another coordinator is heard.</exception>
    public Task<long> TakeEpochAsync(string host, int processId, string address, CancellationToken cancellation, TimeSpan quiet = default) =>
        Database.InTransactionAsync(async (connection, transaction) =>
        {
            var statements = new LedgerTransaction(connection, transaction, cancellation);
            var epoch = await statements.ScalarAsync<long?>(TakeEpoch, new { host, processId, address, quietSeconds = quiet.TotalSeconds })
                ?? throw new EpochHeldException();
            await RunHistory.AddAsync(connection, transaction, "coordinator", null, $"epoch {epoch} taken by {host} ({address})", cancellation);
            return epoch;
        }, cancellation);

    /// <summary>The holder of an epoch ends in good order: its successor need not wait for its silence.</summary>
    public Task EndEpochAsync(long epoch, CancellationToken cancellation) => Database.ExecuteAsync(EndEpoch, new { epoch }, cancellation);

    /// <summary>The singleton is alive (called every few seconds; shown by status, checked by <c>run</c>).</summary>
    public Task HeartbeatAsync(long epoch, CancellationToken cancellation) =>
        GuardedAsync(epoch, statements => statements.ExecuteAsync(Heartbeat, new { epoch }), cancellation);

    /// <summary>The most valuable queued shard that fits, leased atomically with attempt + 1; null when there is none.</summary>
    public async Task<ShardWork?> GrantAsync(long epoch, GrantRequest request, GrantTerms terms, CancellationToken cancellation) =>
        (await GrantAsync(epoch, [request], terms, cancellation))[0];

    /// <summary>
    /// As many of the most valuable queued shards (priority, oldest run, longest estimate) as devices ask, in one transaction.
    /// </summary>
    /// <returns>In the order of the requests; null for a device that there is nothing for.</returns>
    public Task<IReadOnlyList<ShardWork?>> GrantAsync(long epoch, IReadOnlyList<GrantRequest> requests, GrantTerms terms, CancellationToken cancellation) =>
        GuardedAsync(epoch, statements => ShardGranting.GrantAsync(statements, epoch, requests, terms), cancellation);

    /// <summary>Extends leases and stores their progress. Returns the leases that are no longer held, with the reason.</summary>
    public Task<IReadOnlyList<LostLease>> RenewAsync(long epoch, string worker, IReadOnlyList<LeaseProgress> leases, TimeSpan duration, CancellationToken cancellation) =>
        GuardedAsync<IReadOnlyList<LostLease>>(epoch, async statements =>
        {
            var kept = (await statements.QueryAsync<KeptRow>(RenewLeases, new
            {
                worker,
                leaseSeconds = duration.TotalSeconds,
                shardIds = leases.Select(l => l.Lease.ShardId).ToArray(),
                attempts = leases.Select(l => l.Lease.Attempt).ToArray(),
                cellIds = leases.Select(l => l.CellId).ToArray(),
                shares = leases.Select(l => double.IsNaN(l.Share) ? 0 : Math.Clamp(l.Share, 0, 1)).ToArray(),
            })).Select(row => (row.ShardId, row.Attempt)).ToHashSet();
            var lost = leases.Where(l => !kept.Contains((l.Lease.ShardId, l.Lease.Attempt))).Select(l => l.Lease).ToList();
            if (lost.Count == 0)
            {
                return [];
            }

            var holders = (await statements.QueryAsync<HolderRow>(WhoHolds, new { shardIds = lost.Select(l => l.ShardId).ToArray() }))
                .ToDictionary(holder => holder.ShardId);
            return [.. lost.Select(lease => new LostLease(lease, LeaseReasons.WhyLost(lease, holders.GetValueOrDefault(lease.ShardId))))];
        }, cancellation);

    /// <summary>One report, as <see cref="RecordAsync(long, IReadOnlyList{DispatchProtocol.ReportChunk}, CancellationToken)"/>.</summary>
    public async Task<RecordVerdict> RecordAsync(long epoch, DispatchProtocol.ReportChunk chunk, CancellationToken cancellation) =>
        (await RecordAsync(epoch, [chunk], cancellation))[0];

    /// <summary>
    /// The gate and the COPY of many reports in one transaction; several chunks of one shard take one each. A report that the schema refuses
    /// (an ok cell without a time, samples that contradict their summary) counts as a crash of its shard and is answered
    /// <see cref="RecordVerdict.Stale"/>: the worker must not resend it for ever. The others of its batch are recorded.
    /// </summary>
    /// <returns>In the order of the chunks.</returns>
    public async Task<IReadOnlyList<RecordVerdict>> RecordAsync(long epoch, IReadOnlyList<DispatchProtocol.ReportChunk> chunks, CancellationToken cancellation)
    {
        var verdicts = new RecordVerdict[chunks.Count];
        foreach (var batch in ReportBatches.OneOfEachShard(chunks))
        {
            var recorded = await RecordBatchAsync(epoch, [.. batch.Select(place => chunks[place])], cancellation);
            for (var i = 0; i < batch.Count; i++)
            {
                verdicts[batch[i]] = recorded[i];
            }
        }

        return verdicts;
    }

    private async Task<IReadOnlyList<RecordVerdict>> RecordBatchAsync(long epoch, IReadOnlyList<DispatchProtocol.ReportChunk> chunks, CancellationToken cancellation)
    {
        try
        {
            return await GuardedAsync(epoch, statements => ShardRecording.RecordAsync(statements, chunks), cancellation);
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.CheckViolation or PostgresErrorCodes.NotNullViolation
            or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.NumericValueOutOfRange)
        {
            if (chunks.Count > 1)
            {
                // One of them is wrong and undid the rest: each is heard alone.
                var verdicts = new List<RecordVerdict>();
                foreach (var alone in chunks)
                {
                    verdicts.AddRange(await RecordBatchAsync(epoch, [alone], cancellation));
                }

                return verdicts;
            }

            var chunk = chunks[0];
            await ReturnAsync(epoch, new DispatchProtocol.ReturnShard(
                chunk.Worker, chunk.Incarnation, chunk.Lease, chunk.DeviceId, AttemptEnding.Crashed, null, $"the report was refused: {refused.MessageText}"), cancellation);
            return [RecordVerdict.Stale];
        }
    }

    /// <summary>
    /// Takes a shard back. A crash or time-out counts against the cell that was running; at <see cref="MaxCellFailures"/> the cell gets its
    /// result (crashed, timed-out) and the rest of the shard goes on. Where no cell was running it counts against the shard, and its missing
    /// cells are set aside together. False when the lease was not held any more.
    /// </summary>
    public Task<bool> ReturnAsync(long epoch, DispatchProtocol.ReturnShard returned, CancellationToken cancellation) =>
        GuardedAsync(epoch, statements => ShardClosing.ReturnAsync(statements, returned), cancellation);

    /// <summary>
    /// Requeues shards whose lease has expired, and returns how many. A loss is judged by <see cref="LossRule"/> unless its holder is
    /// among those present.
    /// </summary>
    /// <param name="present">Processes of workers (incarnations) that this coordinator hears.</param>
    public Task<int> RequeueExpiredAsync(long epoch, IReadOnlyCollection<string> present, CancellationToken cancellation) =>
        GuardedAsync(epoch, statements => ShardLosses.ExpiredAsync(statements, present), cancellation);

    /// <summary>
    /// Requeues what a vanished worker's process held (not what a newer process of that name holds), and returns how many. Each loss is
    /// judged by <see cref="LossRule"/>.
    /// </summary>
    public Task<int> RequeueOfAsync(long epoch, string worker, string incarnation, CancellationToken cancellation) =>
        GuardedAsync(epoch, statements => ShardLosses.VanishedAsync(statements, worker, incarnation), cancellation);

    /// <summary>Requeues what a worker still holds that has said farewell (a grant on its way to it). Counts against nobody. Returns how many.</summary>
    public Task<int> TakeBackAsync(long epoch, string worker, string incarnation, CancellationToken cancellation) =>
        GuardedAsync(epoch, statements => ShardLosses.FarewellAsync(statements, worker, incarnation), cancellation);

    /// <summary>
    /// finished (failed where no cell is ok) where every cell has a result. Cells that no present device of their backend has the memory for are skipped after a minute. Returns the runs that ended.
    /// </summary>
    public Task<IReadOnlyList<long>> SettleRunsAsync(long epoch, CancellationToken cancellation) =>
        GuardedAsync<IReadOnlyList<long>>(epoch, async statements =>
        {
            await statements.ExecuteAsync(SkipUnfitting, new { graceSeconds = GraceSeconds });
            var ended = await statements.QueryAsync<EndedRow>(FinishRuns, null);
            foreach (var run in ended)
            {
                await statements.TellAsync(run.State, run.RunId, "every cell has a result");
            }

            return [.. ended.Select(run => run.RunId)];
        }, cancellation);

    private Task<T> GuardedAsync<T>(long epoch, Func<LedgerTransaction, Task<T>> work, CancellationToken cancellation) =>
        Database.InTransactionAsync(async (connection, transaction) =>
        {
            var statements = new LedgerTransaction(connection, transaction, cancellation);
            await statements.DemandEpochAsync(epoch);
            return await work(statements);
        }, cancellation);

    private sealed record KeptRow(long ShardId, int Attempt);

    private sealed record EndedRow(long RunId, string State);

    /// <summary>Generous, because estimates may be made of FLOP counts only: it is there to catch what hangs.</summary>
    internal static double DeadlineSeconds(double estimatedSeconds) => Math.Max(60, 20 * estimatedSeconds);
}
