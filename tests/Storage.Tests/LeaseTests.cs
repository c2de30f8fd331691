using AttnSweep.Protocol;
using AttnSweep.Storage.Dispatch;
using AttnSweep.Tests.Infrastructure;
using Dapper;
using Npgsql;

namespace AttnSweep.Tests;

/// <summary>Who gets which shard, and what happens when a holder is lost.</summary>
public sealed class LeaseTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Higher_priority_comes_first_then_the_older_run_then_the_longer_shard()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var old = await store.SubmitAsync(Plans.Of(1, 1, seconds: 1));
        var plan = Plans.Of(2, 1);
        var young = await store.SubmitAsync(plan with { Shards = [plan.Shards[0] with { Seconds = 1 }, plan.Shards[1] with { Seconds = 9 }] });
        var urgent = await store.Runs.SubmitAsync(Plans.Of(1, 1), new("f", "t", "v", Priority: 5), CancellationToken.None);

        var granted = new List<(long Run, long Seed)>();
        while (await store.GrantAsync(epoch) is { } work)
        {
            granted.Add((work.Lease.RunId, work.Input.Seed));
        }

        Assert.Equal([(urgent, 1), (old, 1), (young, 2), (young, 1)], granted);
    }

    [Fact]
    public async Task A_device_gets_only_its_backend_its_run_and_the_cells_that_fit_its_memory()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var other = await store.SubmitAsync(Plans.Of(1, 1));
        var plan = Plans.Of(1, 2);
        var run = await store.SubmitAsync(plan with { Cells = [plan.Cells[0] with { MemoryBytes = 1000 }, plan.Cells[1] with { MemoryBytes = 2000 }] });

        Assert.Null(await store.GrantAsync(epoch, backend: "cuda"));
        Assert.Null(await store.GrantAsync(epoch, onlyRun: run, memoryBytes: 999));
        var small = await store.GrantAsync(epoch, onlyRun: run, memoryBytes: 1000);
        Assert.NotNull(small);
        Assert.Equal("flash", Assert.Single(small.Cells).Kernel.Name);
        await store.RecordAsync(epoch, Plans.Report(small));
        Assert.Null(await store.GrantAsync(epoch, onlyRun: run, memoryBytes: 1000));
        var large = await store.GrantAsync(epoch, onlyRun: run);
        Assert.NotNull(large);
        Assert.Equal("topk(k=1)", Assert.Single(large.Cells).Kernel.Variant);
        Assert.Equal(1, large.Cells[0].Kernel.Parameters["k"]);
        Assert.Equal(other, (await store.TakeAsync(epoch)).Lease.RunId);
    }

    [Fact]
    public async Task Many_who_ask_at_once_never_get_the_same_shard()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(40, 1));

        var granted = await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            var mine = new List<long>();
            while (await store.GrantAsync(epoch, $"w{worker}") is { } work)
            {
                mine.Add(work.Lease.ShardId);
            }

            return mine;
        }));

        var all = granted.SelectMany(mine => mine).ToList();
        Assert.Equal(40, all.Count);
        Assert.Equal(40, all.Distinct().Count());
    }

    [Fact]
    public async Task A_locked_shard_is_stepped_over_not_waited_for()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(2, 1));
        await using var other = new NpgsqlConnection(store.ConnectionString);
        await other.OpenAsync();
        await using var open = await other.BeginTransactionAsync();
        var locked = await other.ExecuteScalarAsync<long>(
            "SELECT shard_id FROM shards ORDER BY priority DESC, run_id, seconds DESC, shard_id LIMIT 1 FOR UPDATE", transaction: open);

        // With FOR UPDATE alone this grant would wait for the open transaction for ever: the only proof that rows are skipped.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var work = await store.Ledger.GrantAsync(
            epoch, new GrantRequest("w", "w/1", "cpu-simd", "cpu-simd", long.MaxValue), new GrantTerms(Store.LeaseDuration, null), limit.Token);

        Assert.NotNull(work);
        Assert.NotEqual(locked, work.Lease.ShardId);
    }

    [Fact]
    public async Task An_expired_lease_goes_back_to_the_queue_and_a_live_one_stays()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(2, 1));
        var live = await store.TakeAsync(epoch, "lab-1");
        var dead = await store.TakeAsync(epoch, "lab-2", duration: TimeSpan.FromSeconds(-1));

        Assert.Equal(1, await store.Ledger.RequeueExpiredAsync(epoch, [], CancellationToken.None));
        Assert.Equal(0, await store.Ledger.RequeueExpiredAsync(epoch, [], CancellationToken.None));

        Assert.Equal("lost", await store.AskAsync<string>("SELECT ending FROM attempts WHERE worker = 'lab-2'"));
        var again = await store.TakeAsync(epoch, "lab-3");
        Assert.Equal((dead.Lease.ShardId, 2), (again.Lease.ShardId, again.Lease.Attempt));
        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(live)));
    }

    [Fact]
    public async Task Renewing_extends_what_is_held_and_tells_what_is_lost_and_why()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(3, 2));
        var kept = await store.TakeAsync(epoch, duration: TimeSpan.FromSeconds(-1));
        var lost = await store.TakeAsync(epoch, duration: TimeSpan.FromSeconds(-1));
        var done = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(done));
        await store.ExecuteAsync("UPDATE shards SET lease_until = now() + interval '1 h' WHERE shard_id = @id", new { id = kept.Lease.ShardId });
        await store.Ledger.RequeueExpiredAsync(epoch, [], CancellationToken.None);
        await store.TakeAsync(epoch, "lab-9");

        var answers = await store.Ledger.RenewAsync(
            epoch, Store.Worker,
            [
                new LeaseProgress(kept.Lease, "cpu-simd", kept.Cells[0].CellId, 0.5),
                new LeaseProgress(lost.Lease, "cpu-simd", null, 0.25),
                new LeaseProgress(done.Lease, "cpu-simd", null, 1),
            ],
            TimeSpan.FromHours(3), CancellationToken.None);

        Assert.Equal([lost.Lease, done.Lease], answers.Select(a => a.Lease));
        Assert.Contains("lab-9", answers[0].Reason, StringComparison.Ordinal);
        Assert.Equal("the shard is done", answers[1].Reason);
        Assert.True(await store.AskAsync<bool>(
            "SELECT lease_until > now() + interval '2 h' AND share = 0.5 AND working_cell_id = @cell FROM shards WHERE shard_id = @shard",
            new { cell = kept.Cells[0].CellId, shard = kept.Lease.ShardId }));
    }

    [Fact]
    public async Task What_a_vanished_process_held_is_requeued_but_not_what_its_successor_holds()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(2, 1));
        var before = await store.GrantAsync(epoch, "lab-1", "lab-1/first");
        var after = await store.GrantAsync(epoch, "lab-1", "lab-1/second");

        Assert.Equal(1, await store.Ledger.RequeueOfAsync(epoch, "lab-1", "lab-1/first", CancellationToken.None));

        Assert.Equal("queued", await store.AskAsync<string>("SELECT state FROM shards WHERE shard_id = @id", new { id = before!.Lease.ShardId }));
        Assert.Equal("leased", await store.AskAsync<string>("SELECT state FROM shards WHERE shard_id = @id", new { id = after!.Lease.ShardId }));
    }

    [Fact]
    public async Task A_lost_shard_keeps_the_results_that_it_had()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 2));
        var work = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(work, 0, final: false, [Plans.Ok(work.Cells[0].CellId)]));
        await store.Ledger.RequeueOfAsync(epoch, Store.Worker, Store.Incarnation, CancellationToken.None);
        var again = await store.TakeAsync(epoch);
        Assert.Equal(work.Cells[1].CellId, Assert.Single(again.Cells).CellId);

        await store.RecordAsync(epoch, Plans.Report(again, 0, final: false));
        await store.Ledger.RequeueOfAsync(epoch, Store.Worker, Store.Incarnation, CancellationToken.None);
        Assert.Null(await store.GrantAsync(epoch));
        Assert.Equal("done", await store.AskAsync<string>("SELECT state FROM shards"));
    }

    [Theory]
    [InlineData(AttemptEnding.Crashed, "crashed")]
    [InlineData(AttemptEnding.TimedOut, "timed-out")]
    public async Task A_cell_that_fails_three_times_is_set_aside_and_the_rest_goes_on(AttemptEnding ending, string outcome)
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(1, 3));
        var poison = 0L;
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var work = await store.TakeAsync(epoch);
            Assert.Equal(3, work.Cells.Count);
            poison = work.Cells[1].CellId;
            Assert.True(await store.CrashAsync(epoch, work.Lease, poison, ending));
            Assert.False(await store.CrashAsync(epoch, work.Lease, poison, ending));
        }

        var rest = await store.TakeAsync(epoch);
        Assert.DoesNotContain(poison, rest.Cells.Select(c => c.CellId));
        await store.RecordAsync(epoch, Plans.Report(rest));
        Assert.Equal(poison, await store.AskAsync<long>("SELECT cell_id FROM v_cells WHERE outcome = @outcome AND detail LIKE '%Segmentation fault%'", new { outcome }));
        Assert.Equal([run], await store.Ledger.SettleRunsAsync(epoch, CancellationToken.None));
        Assert.Equal("finished", (await store.Runs.FindAsync("test", CancellationToken.None))?.State);

        Assert.Equal(1, await store.Runs.ResumeAsync(run, CancellationToken.None));
        Assert.Equal(poison, Assert.Single((await store.TakeAsync(epoch)).Cells).CellId);
    }

    [Fact]
    public async Task A_runner_that_dies_before_any_cell_three_times_sets_the_shard_aside()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 2));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.True(await store.CrashAsync(epoch, (await store.TakeAsync(epoch)).Lease, null));
        }

        Assert.Null(await store.GrantAsync(epoch));
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM results WHERE outcome = 'crashed'"));
    }

    [Fact]
    public async Task A_shard_given_back_in_good_order_counts_against_nobody()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 1));
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var work = await store.TakeAsync(epoch);
            Assert.Equal(attempt, work.Lease.Attempt);
            Assert.True(await store.CrashAsync(epoch, work.Lease, work.Cells[0].CellId, AttemptEnding.Returned));
        }

        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM results"));
    }

    [Fact]
    public async Task Cells_that_no_present_device_has_the_memory_for_are_skipped_and_tried_again_on_resume()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var plan = Plans.Of(2, 2);
        var run = await store.SubmitAsync(plan with { Cells = [.. plan.Cells.Select((cell, i) => cell with { MemoryBytes = i == 0 ? 1 << 10 : 1L << 40 })] });
        await store.Nodes.RegisterAsync(NodeTests.Node("lab-1"), Store.Incarnation, [NodeTests.Cpu], CancellationToken.None);
        var fits = await store.GrantAsync(epoch, memoryBytes: NodeTests.Cpu.MemoryBytes);
        Assert.Single(fits!.Cells);
        await store.RecordAsync(epoch, Plans.Report(fits));

        // The run is young: a larger worker may still be on its way.
        Assert.Empty(await store.Ledger.SettleRunsAsync(epoch, CancellationToken.None));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM results"));

        await store.ExecuteAsync("UPDATE runs SET created_at = created_at - interval '5 min'");
        Assert.Equal([run], await store.Ledger.SettleRunsAsync(epoch, CancellationToken.None));
        Assert.Equal(3, await store.AskAsync<long>("SELECT count(*) FROM v_cells WHERE outcome = 'skipped' AND detail = 'needs 1024 GB; the largest cpu-simd device here has 8192 MB'"));

        Assert.Equal(3, await store.Runs.ResumeAsync(run, CancellationToken.None));
        Assert.Equal(3, (await store.TakeAsync(epoch)).Cells.Count + (await store.TakeAsync(epoch)).Cells.Count);
    }

    [Fact]
    public void A_cell_may_take_a_minute_or_twenty_times_its_estimate()
    {
        Assert.Equal(60, ShardLedger.DeadlineSeconds(0.01));
        Assert.Equal(200, ShardLedger.DeadlineSeconds(10));
    }
}
