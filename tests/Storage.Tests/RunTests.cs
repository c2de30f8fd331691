using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Storage.Dispatch;
using AttnSweep.Storage.Runs;
using AttnSweep.Sweeps;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>Runs from submission to their end.</summary>
public sealed class RunTests(PostgresFixture postgres)
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task A_plan_comes_back_from_the_store_as_it_went_in()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var spec = new InputSpec(InputModels.Independent, 3, 1000, 64, 1.25, long.MaxValue, true);
        var kernel = new KernelSpec("threshold", Plans.TopK(1).Parameters.Clear().Add("epsilon", 1 / 3.0), "threshold(epsilon=1/n)");
        var plan = new SweepPlan(
            "one", [spec], [new PlannedShard(0, Backends.CpuSimd, 0, 1, false, 2.5)], [new PlannedCell(0, kernel, Backends.CpuSimd, 2.5, 77)],
            MeasureRules.Careful, null);
        var run = await store.SubmitAsync(plan);

        var work = await store.TakeAsync(epoch);
        Assert.Equal(spec, work.Input);
        Assert.Equal(kernel, Assert.Single(work.Cells).Kernel);
        Assert.Equal(MeasureRules.Careful, work.Measure);
        Assert.Null(work.Sparsity);
        var record = await store.Runs.FindAsync("one", None);
        Assert.Equal((run, "one", "running", 1L, "name: test"), (record!.RunId, record.Name, record.State, record.Cells, record.SweepText));
        Assert.InRange(record.CreatedAt, DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.MaxValue);
    }

    [Fact]
    public async Task A_submission_is_written_whole_or_not_at_all()
    {
        await using var store = await Store.CreateAsync(postgres);
        var plan = Plans.Of(3, 2);
        var broken = plan with { Cells = [.. plan.Cells.Take(5), plan.Cells[5] with { Seconds = -1 }] };
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => store.SubmitAsync(broken));
        await Assert.ThrowsAsync<ArgumentException>(() => store.SubmitAsync(plan with { Shards = [.. plan.Shards.Take(2)] }));
        await Assert.ThrowsAsync<ArgumentException>(() => store.SubmitAsync(plan with { Cells = [], Shards = [] }));

        foreach (var table in new[] { "runs", "sweeps", "inputs", "shards", "cells", "events" })
        {
            Assert.Equal(0, await store.AskAsync<long>($"SELECT count(*) FROM {table}"));
        }

        await store.SubmitAsync(plan);
        Assert.Equal((6L, 1L), (await store.AskAsync<long>("SELECT max(cell_id) FROM cells"), await store.AskAsync<long>("SELECT min(cell_id) FROM cells")));
    }

    [Fact]
    public async Task Two_submissions_at_once_share_no_id()
    {
        await using var store = await Store.CreateAsync(postgres);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => store.SubmitAsync(Plans.Of(5, 3))));
        Assert.Equal(90, await store.AskAsync<long>("SELECT count(DISTINCT cell_id) FROM cells"));
        Assert.Equal(6, await store.AskAsync<long>("SELECT count(DISTINCT run_id) FROM runs"));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM sweeps"));
    }

    [Fact]
    public async Task One_fire_time_of_a_schedule_makes_one_run()
    {
        await using var store = await Store.CreateAsync(postgres);
        var schedule = await store.Schedules.PutAsync(new("nightly", "30 1 * * *", "Europe/Berlin", "n.yaml", "name: n", TimeSpan.FromHours(6)), None);
        var fire = new DateTimeOffset(2026, 3, 29, 1, 30, 0, TimeSpan.FromHours(2));
        var request = new RunRequest("n.yaml", "name: n", "v", 0, schedule, fire);

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.Runs.SubmitAsync(Plans.Of(1, 1), request, None)));

        Assert.Single(runs.Distinct());
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM runs"));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM cells"));
        Assert.NotEqual(runs[0], await store.Runs.SubmitAsync(Plans.Of(1, 1), request with { FireTime = fire.AddDays(1) }, None));
    }

    [Fact]
    public async Task Pausing_ends_leases_and_resuming_goes_on_with_what_is_missing()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(2, 2));
        var held = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(held, 0, final: false, [Plans.Ok(held.Cells[0].CellId)]));

        Assert.True(await store.Runs.PauseAsync(run, None));
        Assert.False(await store.Runs.PauseAsync(run, None));
        Assert.Null(await store.GrantAsync(epoch));
        Assert.Equal(RecordVerdict.Stale, await store.RecordAsync(epoch, Plans.Report(held, 1, final: true)));
        var lost = await store.Ledger.RenewAsync(epoch, Store.Worker, [new LeaseProgress(held.Lease, "cpu-simd", null, 0)], Store.LeaseDuration, None);
        Assert.Equal($"run {run} is paused", Assert.Single(lost).Reason);

        Assert.Equal(3, await store.Runs.ResumeAsync(run, None));
        Assert.Equal(3, (await store.TakeAsync(epoch)).Cells.Count + (await store.TakeAsync(epoch)).Cells.Count);
        Assert.Null(await store.Runs.ResumeAsync(run + 1, None));
    }

    [Fact]
    public async Task Cancelling_gives_missing_cells_their_outcome_and_resuming_measures_only_those()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(3, 2));
        var done = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(done));
        var held = await store.TakeAsync(epoch);
        await store.Ledger.SettleRunsAsync(epoch, None);

        Assert.True(await store.Runs.CancelAsync(run, None));
        Assert.False(await store.Runs.CancelAsync(run, None));
        Assert.Equal(RecordVerdict.Stale, await store.RecordAsync(epoch, Plans.Report(held)));
        Assert.Equal(4, await store.AskAsync<long>("SELECT count(*) FROM v_cells WHERE outcome = 'cancelled'"));
        Assert.Equal("cancelled", await store.AskAsync<string>("SELECT ending FROM attempts WHERE shard_id = @id", new { id = held.Lease.ShardId }));
        Assert.Empty(await store.Ledger.SettleRunsAsync(epoch, None));

        Assert.Equal(4, await store.Runs.ResumeAsync(run, None));
        await store.RecordAsync(epoch, Plans.Report(await store.TakeAsync(epoch)));
        await store.RecordAsync(epoch, Plans.Report(await store.TakeAsync(epoch)));
        Assert.Null(await store.GrantAsync(epoch));
        Assert.Equal([run], await store.Ledger.SettleRunsAsync(epoch, None));
        Assert.Equal(6, await store.AskAsync<long>("SELECT count(*) FROM v_cells WHERE outcome = 'ok'"));
    }

    [Fact]
    public async Task Resuming_a_complete_run_changes_nothing()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(1, 2));
        var work = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(work, 0, true, [Plans.Ok(work.Cells[0].CellId), Plans.Not(work.Cells[1].CellId, Outcome.Unsupported)]));
        await store.Ledger.SettleRunsAsync(epoch, None);

        Assert.Equal(0, await store.Runs.ResumeAsync(run, None));
        Assert.Equal("finished", (await store.Runs.FindAsync($"{run}", None))?.State);
    }

    [Fact]
    public async Task Progress_counts_cells_by_outcome_and_shows_what_is_on_the_devices()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(2, 2, seconds: 10));
        var first = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(first, 0, true, [Plans.Ok(first.Cells[0].CellId), Plans.Not(first.Cells[1].CellId, Outcome.Unsupported)]));
        var second = await store.TakeAsync(epoch);
        await store.Ledger.RenewAsync(epoch, Store.Worker, [new LeaseProgress(second.Lease, "cpu-simd", second.Cells[1].CellId, 0.5)], Store.LeaseDuration, None);
        await store.Ledger.SettleRunsAsync(epoch, None);

        var progress = await store.Runs.ProgressAsync(run, None);

        Assert.Equal(("running", 4L, 2L, 20.0, 10.0), (progress.State, progress.Cells, progress.Done, progress.EstimatedSeconds, progress.DoneSeconds));
        Assert.Equal(1, progress.Outcomes["ok"]);
        Assert.Equal(1, progress.Outcomes["unsupported"]);
        var working = Assert.Single(progress.Working);
        Assert.Equal(("topk(k=1) n=256 d=32 sigma=1 seed=2", 0.5), (working.Cell, working.Share));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => store.Runs.ProgressAsync(run + 1, None));
    }

    [Fact]
    public async Task Listeners_hear_of_a_submission_once_it_is_committed()
    {
        await using var store = await Store.CreateAsync(postgres);
        var heard = System.Threading.Channels.Channel.CreateUnbounded<string>();
        using var stop = new CancellationTokenSource();
        var listening = new WorkSignal(store.App, TimeProvider.System).ListenAsync(p => heard.Writer.TryWrite(p), _ => { }, stop.Token);
        Assert.Equal("", await heard.Reader.ReadAsync());

        var run = await store.SubmitAsync(Plans.Of(1, 1));
        Assert.Equal($"submitted {run}", await heard.Reader.ReadAsync());
        await store.Runs.CancelAsync(run, None);
        Assert.Equal($"cancelled {run}", await heard.Reader.ReadAsync());
        await stop.CancelAsync();
        await listening;
    }

    [Fact]
    public async Task A_hundred_thousand_cells_are_submitted_in_one_go()
    {
        await using var store = await Store.CreateAsync(postgres);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var run = await store.SubmitAsync(Plans.Of(2500, 40));
        TestContext.Current.TestOutputHelper?.WriteLine($"100,000 cells in {watch.Elapsed.TotalSeconds:F2} s");
        Assert.Equal(100_000, (await store.Runs.FindAsync($"{run}", None))?.Cells);
        Assert.Equal(100_000, await store.AskAsync<long>("SELECT count(*) FROM cells"));
    }
}
