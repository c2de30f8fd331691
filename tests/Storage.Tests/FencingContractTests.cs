using AttnSweep.Protocol;
using AttnSweep.Scheduling;
using AttnSweep.Simulation.Exploration;
using AttnSweep.Storage.Dispatch;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>The store's statements answer random schedules of messages and faults exactly as <see cref="LeaseRules"/> do.</summary>
public sealed class FencingContractTests(PostgresFixture postgres)
{
    private const int Shards = 3;
    private const int CellsPerShard = 4;

    [Fact]
    public async Task Rules_and_statements_agree_in_every_step_of_random_schedules()
    {
        for (var seed = 0; seed < 25; seed++)
        {
            await using var store = await Store.CreateAsync(postgres);
            var expected = await ScheduleExploration.RunAsync(new RuledShards(new NoSecondAttempts(), Shards, CellsPerShard), seed, 60, Shards * CellsPerShard);
            var stored = await StoredShards.CreateAsync(store);
            Assert.Equal(
                expected.Where(line => !line.StartsWith("second attempt", StringComparison.Ordinal)),
                await ScheduleExploration.RunAsync(stored, seed, 60, Shards * CellsPerShard));
        }
    }

    /// <summary>The statements give none.</summary>
    private sealed class NoSecondAttempts : LeaseRules
    {
        public override LeaseRecord? Speculate(LeaseRecord shard, long current, long epoch, int seen, string worker, string incarnation) => null;
    }

    /// <summary>One run with shards of falling length, so that they are granted in order.</summary>
    private sealed class StoredShards(Store store, long run) : IFencedShards
    {
        private long _firstShard;
        private long _firstCell;

        public static async Task<StoredShards> CreateAsync(Store store)
        {
            var plan = Plans.Of(Shards, CellsPerShard);
            var run = await store.SubmitAsync(plan with { Shards = [.. plan.Shards.Select((shard, i) => shard with { Seconds = 100 - i, MeasuresSparsity = false })] });
            return new StoredShards(store, run)
            {
                _firstShard = await store.AskAsync<long>("SELECT min(shard_id) FROM shards"),
                _firstCell = await store.AskAsync<long>("SELECT min(cell_id) FROM cells"),
            };
        }

        public Task<long> TakeEpochAsync() => store.TakeEpochAsync();

        public async Task<GrantedShard?> GrantAsync(long epoch, string worker)
        {
            try
            {
                return await store.GrantAsync(epoch, worker) is { } work
                    ? new GrantedShard((int)(work.Lease.ShardId - _firstShard), work.Lease.Attempt, [.. work.Cells.Select(cell => Number(cell.CellId))])
                    : null;
            }
            catch (SupersededException)
            {
                return null;
            }
        }

        public async Task<GateAnswer> RecordAsync(long epoch, GrantedShard shard, string worker, int chunk, bool final, IReadOnlyList<long> cells)
        {
            try
            {
                return await store.RecordAsync(epoch, new DispatchProtocol.ReportChunk(
                    worker, $"{worker}/first", LeaseOf(epoch, shard), "cpu-simd", chunk, final, [.. cells.Select(cell => Plans.Ok(Id(cell)))], null)) switch
                {
                    RecordVerdict.Recorded => GateAnswer.Recorded,
                    RecordVerdict.AlreadyRecorded => GateAnswer.AlreadyRecorded,
                    RecordVerdict.TooEarly => GateAnswer.TooEarly,
                    _ => GateAnswer.Stale,
                };
            }
            catch (SupersededException)
            {
                return GateAnswer.Superseded;
            }
        }

        public async Task<bool> ReturnAsync(long epoch, GrantedShard shard, string worker)
        {
            try
            {
                return await store.Ledger.ReturnAsync(
                    epoch, new DispatchProtocol.ReturnShard(worker, $"{worker}/first", LeaseOf(epoch, shard), "cpu-simd", AttemptEnding.Returned, null, null), CancellationToken.None);
            }
            catch (SupersededException)
            {
                return false;
            }
        }

        public Task LeaveAsync(long epoch, string worker) => store.Ledger.TakeBackAsync(epoch, worker, $"{worker}/first", CancellationToken.None);

        public async Task ExpireAsync(long epoch)
        {
            await store.ExecuteAsync("UPDATE shards SET lease_until = now() - interval '1 s' WHERE state = 'leased'");
            await store.Ledger.RequeueExpiredAsync(epoch, ["w0/first", "w1/first", "w2/first", "last/first"], CancellationToken.None);
        }

        public Task PauseAsync() => store.Runs.PauseAsync(run, CancellationToken.None);

        public Task ResumeAsync() => store.Runs.ResumeAsync(run, CancellationToken.None);

        public async Task<IReadOnlyDictionary<long, int>> WrittenAsync() =>
            (await store.AskAllAsync<long>("SELECT cell_id FROM results")).GroupBy(Number).ToDictionary(cell => cell.Key, cell => cell.Count());

        private Lease LeaseOf(long epoch, GrantedShard shard) => new(run, _firstShard + shard.Shard, shard.Attempt, epoch);

        private long Number(long cellId) => (10 * ((cellId - _firstCell) / CellsPerShard)) + ((cellId - _firstCell) % CellsPerShard) + 1;

        private long Id(long number) => _firstCell + (CellsPerShard * (number / 10)) + (number % 10) - 1;
    }
}
