using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Storage.Dispatch;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>Results are in the table exactly once, whatever the wire does.</summary>
public sealed class GateTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_report_is_recorded_with_its_trials_and_sparsity_and_ends_the_shard()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(1, 3));
        var work = await store.TakeAsync(epoch);
        Assert.Equal(3, work.Cells.Count);
        Assert.Equal(64, work.Sparsity?.Rows);
        Assert.Equal(run, work.Lease.RunId);

        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(work)));

        Assert.Equal(3, await store.AskAsync<long>("SELECT count(*) FROM v_cells WHERE outcome = 'ok' AND worker = 'lab-1' AND attempt = 1"));
        Assert.Equal(6, await store.AskAsync<long>("SELECT count(*) FROM trials"));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM v_sparsity WHERE rows_sampled = 64 AND theory_entropy = 5.05 AND theory_max_p IS NULL"));
        Assert.Equal("done", await store.AskAsync<string>("SELECT ending FROM v_attempts"));
        Assert.Equal([run], await store.Ledger.SettleRunsAsync(epoch, CancellationToken.None));
        Assert.Equal("finished", (await store.Runs.FindAsync($"{run}", CancellationToken.None))?.State);
        Assert.Null(await store.GrantAsync(epoch));
    }

    [Fact]
    public async Task A_chunk_resent_after_a_lost_acknowledgement_is_acknowledged_and_written_once()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 2));
        var work = await store.TakeAsync(epoch);
        var first = Plans.Report(work, 0, final: false, [Plans.Ok(work.Cells[0].CellId)]);
        var last = Plans.Report(work, 1, final: true, [Plans.Ok(work.Cells[1].CellId)]);

        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, first));
        Assert.Equal(RecordVerdict.AlreadyRecorded, await store.RecordAsync(epoch, first));
        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, last));
        Assert.Equal(RecordVerdict.AlreadyRecorded, await store.RecordAsync(epoch, first));
        Assert.Equal(RecordVerdict.AlreadyRecorded, await store.RecordAsync(epoch, last));
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM results"));
    }

    [Fact]
    public async Task A_chunk_ahead_of_an_earlier_one_must_wait()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 2));
        var work = await store.TakeAsync(epoch);

        Assert.Equal(RecordVerdict.TooEarly, await store.RecordAsync(epoch, Plans.Report(work, 1, final: true, [Plans.Ok(work.Cells[1].CellId)])));
        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM results"));
    }

    [Fact]
    public async Task The_report_of_an_earlier_attempt_is_stale_and_writes_nothing()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 2));
        var old = await store.TakeAsync(epoch, "lab-1");
        Assert.Equal(1, await store.Ledger.RequeueOfAsync(epoch, "lab-1", "lab-1/first", CancellationToken.None));
        Assert.Equal(RecordVerdict.Stale, await store.RecordAsync(epoch, Plans.Report(old)));

        var current = await store.TakeAsync(epoch, "lab-2");
        Assert.Equal(2, current.Lease.Attempt);
        Assert.Equal(RecordVerdict.Stale, await store.RecordAsync(epoch, Plans.Report(old)));
        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM results"));
        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(current, worker: "lab-2")));
        Assert.Equal(RecordVerdict.Stale, await store.RecordAsync(epoch, Plans.Report(old)));
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM results WHERE attempt = 2"));
    }

    [Fact]
    public async Task The_report_of_an_earlier_attempt_is_stale_even_from_the_worker_that_holds_the_shard_again()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 2));
        var old = await store.TakeAsync(epoch);
        await store.Ledger.RequeueOfAsync(epoch, Store.Worker, Store.Incarnation, CancellationToken.None);
        var current = await store.TakeAsync(epoch);

        Assert.Equal(RecordVerdict.Stale, await store.RecordAsync(epoch, Plans.Report(old)));
        Assert.False(await store.CrashAsync(epoch, old.Lease, null));
        Assert.Single(await store.Ledger.RenewAsync(epoch, Store.Worker, [new LeaseProgress(old.Lease, "cpu-simd", null, 0.75)], Store.LeaseDuration, CancellationToken.None));
        Assert.Equal(0, await store.AskAsync<double>("SELECT share FROM shards"));
        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM results"));
        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(current)));
    }

    [Fact]
    public async Task Two_coordinators_that_record_the_same_report_at_once_write_it_once()
    {
        await using var store = await Store.CreateAsync(postgres);
        var old = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 8));
        var work = await store.TakeAsync(old);
        var epoch = await store.TakeEpochAsync();

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.RecordAsync(epoch, Plans.Report(work))));

        Assert.Equal(1, verdicts.Count(v => v == RecordVerdict.Recorded));
        Assert.Equal(7, verdicts.Count(v => v == RecordVerdict.AlreadyRecorded));
        Assert.Equal(8, await store.AskAsync<long>("SELECT count(*) FROM results"));
    }

    [Fact]
    public async Task A_superseded_coordinator_can_do_nothing_and_the_lease_it_gave_survives_it()
    {
        await using var store = await Store.CreateAsync(postgres);
        var old = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(2, 2));
        var work = await store.TakeAsync(old);
        var epoch = await store.TakeEpochAsync();
        Assert.True(epoch > old);

        await Assert.ThrowsAsync<SupersededException>(() => store.GrantAsync(old));
        await Assert.ThrowsAsync<SupersededException>(() => store.RecordAsync(old, Plans.Report(work)));
        await Assert.ThrowsAsync<SupersededException>(() => store.CrashAsync(old, work.Lease, null));
        await Assert.ThrowsAsync<SupersededException>(() => store.Ledger.HeartbeatAsync(old, CancellationToken.None));
        await Assert.ThrowsAsync<SupersededException>(() => store.Ledger.RequeueExpiredAsync(old, [], CancellationToken.None));
        await Assert.ThrowsAsync<SupersededException>(() => store.Ledger.SettleRunsAsync(old, CancellationToken.None));
        await Assert.ThrowsAsync<SupersededException>(() => store.Ledger.RequeueOfAsync(old, Store.Worker, Store.Incarnation, CancellationToken.None));
        await Assert.ThrowsAsync<SupersededException>(
            () => store.Ledger.RenewAsync(old, Store.Worker, [new LeaseProgress(work.Lease, "cpu-simd", null, 0)], Store.LeaseDuration, CancellationToken.None));

        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(work)));
    }

    [Fact]
    public async Task A_final_chunk_that_leaves_cells_without_result_sends_the_shard_back_for_those()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 3));
        var work = await store.TakeAsync(epoch);

        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(work, 0, final: true, [Plans.Ok(work.Cells[1].CellId)])));

        var again = await store.TakeAsync(epoch);
        Assert.Equal(work.Lease.ShardId, again.Lease.ShardId);
        Assert.Equal([work.Cells[0].CellId, work.Cells[2].CellId], again.Cells.Select(c => c.CellId));
        Assert.Null(again.Sparsity);
        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(again)));
        Assert.Equal(3, await store.AskAsync<long>("SELECT count(*) FROM v_cells WHERE outcome = 'ok'"));
    }

    [Fact]
    public async Task Results_of_cells_of_another_shard_are_not_written()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(2, 2));
        var mine = await store.TakeAsync(epoch);
        var other = await store.TakeAsync(epoch);

        var mixed = Plans.Report(mine, 0, true, [.. mine.Cells.Select(c => Plans.Ok(c.CellId)), Plans.Ok(other.Cells[0].CellId)]);
        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, mixed));
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM results"));
        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(other)));
    }

    [Fact]
    public async Task A_report_that_contradicts_itself_is_refused_whole_and_does_not_go_round_for_ever()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 2));
        for (var attempt = 1; attempt <= ShardLedger.MaxCellFailures; attempt++)
        {
            var work = await store.TakeAsync(epoch);
            var withoutTime = Plans.Ok(work.Cells[1].CellId) with { Trials = [] };
            Assert.Equal(RecordVerdict.Stale, await store.RecordAsync(epoch, Plans.Report(work, 0, true, [Plans.Ok(work.Cells[0].CellId), withoutTime])));
            Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM results WHERE outcome = 'ok'"));
        }

        Assert.Null(await store.GrantAsync(epoch));
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM results WHERE outcome = 'crashed' AND detail LIKE '%the report was refused%'"));
    }

    [Fact]
    public async Task Outcomes_other_than_ok_are_kept_apart_and_have_no_time()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 3));
        var work = await store.TakeAsync(epoch);
        var wrong = Plans.Not(work.Cells[0].CellId, Outcome.WrongResult) with { Error = new KernelError(8, 0.5, 2, null, 0.5, 1e-6, 1) };
        await store.RecordAsync(epoch, Plans.Report(work, 0, true,
            [wrong, Plans.Not(work.Cells[1].CellId, Outcome.Unsupported), Plans.Not(work.Cells[2].CellId, Outcome.OutOfMemory)]));

        Assert.Equal(["out-of-memory", "unsupported", "wrong-result"], await store.AskAllAsync<string>("SELECT outcome FROM v_cells WHERE time_median_us IS NULL ORDER BY 1"));
        await store.Ledger.SettleRunsAsync(epoch, CancellationToken.None);
        Assert.Equal("failed", (await store.Runs.FindAsync("test", CancellationToken.None))?.State);
    }
}
