using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Scheduling;
using AttnSweep.Storage.Scheduling;
using AttnSweep.Sweeps;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>Priorities, shares, limits, quarantine, skipping, retries and costs in the store.</summary>
public sealed class SchedulingTests(PostgresFixture postgres)
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Runs_of_one_priority_take_turns_by_device_time_and_a_later_one_does_not_catch_up()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var slow = await store.SubmitAsync(Plans.Of(4, 1, seconds: 30));
        var quick = await store.SubmitAsync(Plans.Of(9, 1, seconds: 10));
        Assert.Equal([slow, quick, quick, quick, slow, quick], await GrantedAsync(store, epoch, 6));
        var late = await store.SubmitAsync(Plans.Of(9, 1, seconds: 10));
        // 60 and 40 were had: the third begins at 40, and takes turns with the second until both are beside the first.
        Assert.Equal(40, await store.AskAsync<double>("SELECT share_seconds FROM runs WHERE run_id = @late", new { late }));
        Assert.Equal([quick, late, quick, late, slow], await GrantedAsync(store, epoch, 5));
    }

    [Fact]
    public async Task A_changed_priority_counts_at_once_and_only_for_a_run_that_has_not_ended()
    {
        await using var store = await Store.CreateAsync(postgres);
        var scheduling = new SchedulingStore(store.App);
        var epoch = await store.TakeEpochAsync();
        var first = await store.SubmitAsync(Plans.Of(3, 1));
        var second = await store.SubmitAsync(Plans.Of(3, 1));
        Assert.True(await scheduling.SetPriorityAsync(second, 7, None));
        Assert.Equal([second, second, second, first], await GrantedAsync(store, epoch, 4));
        await store.Runs.CancelAsync(first, None);
        Assert.False(await scheduling.SetPriorityAsync(first, 9, None));
    }

    [Fact]
    public async Task A_draining_worker_and_a_device_under_quarantine_get_nothing_until_they_are_let()
    {
        await using var store = await Store.CreateAsync(postgres);
        var scheduling = new SchedulingStore(store.App);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(3, 1));
        await RegisterAsync(store, "lab-1");
        Assert.True(await scheduling.DrainAsync("lab-1", true, None));
        Assert.Null(await store.GrantAsync(epoch));
        Assert.True((await scheduling.DevicesAsync(None)).Single().Draining);
        Assert.False(await scheduling.DrainAsync("lab-1", false, None));
        Assert.NotNull(await store.GrantAsync(epoch));
        Assert.Null(await scheduling.DrainAsync("nobody", true, None));

        await store.ExecuteAsync("UPDATE devices SET quarantined_at = now(), quarantined_because = 'it fails'");
        Assert.Null(await store.GrantAsync(epoch));
        Assert.True(await scheduling.ReleaseAsync("lab-1", "cpu-simd", None));
        Assert.False(await scheduling.ReleaseAsync("lab-1", "cpu-simd", None));
        Assert.NotNull(await store.GrantAsync(epoch));
    }

    [Fact]
    public async Task A_shard_that_ended_a_runner_goes_to_another_device_and_comes_back_when_that_one_leaves()
    {
        await using var store = await Store.CreateAsync(postgres);
        var scheduling = new SchedulingStore(store.App);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 2));
        await RegisterAsync(store, "lab-1");
        await RegisterAsync(store, "lab-2");
        var work = await store.TakeAsync(epoch);
        await store.CrashAsync(epoch, work.Lease, work.Cells[0].CellId);
        Assert.Null(await store.GrantAsync(epoch));
        var elsewhere = await store.TakeAsync(epoch, "lab-2");
        await store.Ledger.ReturnAsync(epoch, new DispatchProtocol.ReturnShard("lab-2", "lab-2/first", elsewhere.Lease, "cpu-simd", AttemptEnding.Returned, null, null), None);

        Assert.Equal(0, await scheduling.ForgiveLonelyAsync(None));
        await store.Nodes.GoneAsync("lab-2", "lab-2/first", None);
        Assert.Equal(1, await scheduling.ForgiveLonelyAsync(None));
        Assert.NotNull(await store.GrantAsync(epoch));

        var story = (await scheduling.StoryAsync(work.Cells[0].CellId, None))!;
        Assert.Equal(3, story.Attempts.Count);
        Assert.Equal(("crashed", "Segmentation fault"), (story.Attempts[0].Ending, story.Attempts[0].Detail));
        Assert.Null(await scheduling.StoryAsync(-1, None));
    }

    [Fact]
    public async Task A_device_that_fails_what_another_completes_is_put_under_quarantine()
    {
        await using var store = await Store.CreateAsync(postgres);
        var scheduling = new SchedulingStore(store.App);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(3, 1));
        await RegisterAsync(store, "lab-1");
        await RegisterAsync(store, "lab-2");
        for (var i = 0; i < 3; i++)
        {
            var work = await store.TakeAsync(epoch);
            await store.CrashAsync(epoch, work.Lease, work.Cells[0].CellId);
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(await scheduling.QuarantineAsync(None));
            await store.RecordAsync(epoch, Plans.Report(await store.TakeAsync(epoch, "lab-2"), worker: "lab-2"));
        }

        Assert.Equal(new DevicePlace("lab-1", "cpu-simd"), Assert.Single(await scheduling.QuarantineAsync(None)));
        Assert.Equal("3 cells failed here and ended ok elsewhere; 0 ended ok here", (await scheduling.DevicesAsync(None)).Single(d => d.Worker == "lab-1").QuarantinedBecause);
        Assert.True(await scheduling.ReleaseAsync("lab-1", "cpu-simd", None));
        Assert.Empty(await scheduling.QuarantineAsync(None));
    }

    [Fact]
    public async Task Where_a_cell_had_not_the_memory_larger_ones_are_skipped_with_the_reason()
    {
        await using var store = await Store.CreateAsync(postgres);
        var scheduling = new SchedulingStore(store.App);
        var epoch = await store.TakeEpochAsync();
        await RegisterAsync(store, "lab-1");
        var plan = Plans.Of(3, 2);
        plan = plan with { Inputs = [.. plan.Inputs.Select((input, i) => input with { N = 256 << i })], Shards = [.. plan.Shards.Select((s, i) => s with { Seconds = i == 1 ? 9 : 1 })] };
        var run = await store.SubmitAsync(plan);
        var middle = await store.TakeAsync(epoch);
        Assert.Equal(512, middle.Input.N);
        Assert.Empty(await scheduling.SkipHopelessAsync(None));
        await store.RecordAsync(epoch, Plans.Report(middle, results: [Plans.Not(middle.Cells[0].CellId, Outcome.OutOfMemory), Plans.Ok(middle.Cells[1].CellId)]));
        Assert.Equal("flash was out-of-memory at n=512 d=32 on cpu-simd two cores: larger ones are not tried", Assert.Single(await scheduling.SkipHopelessAsync(None)));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM v_cells WHERE outcome = 'skipped' AND n = 1024 AND variant = 'flash'"));
        Assert.Equal(3, (await store.TakeAsync(epoch)).Cells.Count + (await store.TakeAsync(epoch)).Cells.Count);

        // A retry tries both again; what is ok stays.
        Assert.Equal(2, await store.Runs.RetryAsync(run, None));
        Assert.Equal(0, await store.Runs.RetryAsync(run, None));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM results"));
    }

    [Fact]
    public async Task A_run_over_its_budget_or_deadline_is_named_with_the_reason()
    {
        await using var store = await Store.CreateAsync(postgres);
        var scheduling = new SchedulingStore(store.App);
        var epoch = await store.TakeEpochAsync();
        var budget = await store.Runs.SubmitAsync(Plans.Of(1, 1), new("f", "t", "v") { Limits = new RunLimits(3600, null) }, None);
        var deadline = await store.Runs.SubmitAsync(Plans.Of(1, 1), new("f", "t", "v") { Limits = new RunLimits(null, DateTimeOffset.UnixEpoch) }, None);
        Assert.Equal((deadline, "its deadline was 1970-01-01 00:00:00 UTC"), Assert.Single(await scheduling.OverLimitsAsync(None)));
        await store.TakeAsync(epoch);
        await store.ExecuteAsync("UPDATE attempts SET granted_at = granted_at - interval '2 hours'");
        Assert.Contains((budget, "its budget of 1 device-hours is spent"), await scheduling.OverLimitsAsync(None));
        await store.Runs.PauseAsync(budget, None, "its budget of 1 device-hours is spent");
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM events WHERE kind = 'paused' AND text LIKE '%device-hours%'"));
    }

    [Fact]
    public async Task Labels_decide_where_a_run_goes_and_what_fits_nowhere_says_so()
    {
        await using var store = await Store.CreateAsync(postgres);
        var scheduling = new SchedulingStore(store.App);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(2, 1, memoryBytes: 1 << 20) with { Requires = ["fast-disk"] });
        Assert.Equal("2 cells fit nowhere: no worker here offers cpu-simd", Assert.Single(await scheduling.UnfitAsync(run, None)));
        await RegisterAsync(store, "lab-1", "numa");
        Assert.Null(await store.GrantAsync(epoch));
        Assert.Equal("2 cells fit nowhere: no worker with cpu-simd has the labels fast-disk; lab-1 lacks fast-disk", Assert.Single(await scheduling.UnfitAsync(run, None)));
        await RegisterAsync(store, "lab-2", "numa", "fast-disk");
        Assert.NotNull(await store.GrantAsync(epoch, "lab-2"));
        Assert.Empty(await scheduling.UnfitAsync(run, None));
    }

    [Fact]
    public async Task Costs_are_fitted_to_results_and_read_back()
    {
        await using var store = await Store.CreateAsync(postgres);
        var costs = new CostStore(store.App);
        var epoch = await store.TakeEpochAsync();
        Assert.Equal(0, await costs.RefitAsync(None));
        await store.SubmitAsync(Plans.Of(4, 2));
        await RegisterAsync(store, "lab-1");
        while (await store.GrantAsync(epoch) is { } work)
        {
            await store.RecordAsync(epoch, Plans.Report(work));
        }

        // flash and topk, of all devices and of the one that there is.
        Assert.Equal(4, await costs.RefitAsync(None));
        var model = await costs.ReadAsync(None);
        Assert.Equal(4, model.Find("flash", "cpu-simd", "two cores")!.Observations);
        var input = new InputSpec(InputModels.Independent, 1, 256, 32, 1, 1, false);
        var flash = AttnSweep.Catalogue.KernelCatalogue.Find("flash")!;
        // Every report says 11.5 us or so.
        Assert.InRange(new CostEstimate { Model = model }.Launch(flash, input, KernelSpec.Plain("flash"), "cpu-simd"), 10e-6, 13e-6);
    }

    private static async Task<IReadOnlyList<long>> GrantedAsync(Store store, long epoch, int count)
    {
        var runs = new List<long>();
        for (var i = 0; i < count; i++)
        {
            runs.Add((await store.TakeAsync(epoch)).Lease.RunId);
        }

        return runs;
    }

    private static Task RegisterAsync(Store store, string worker, params string[] labels) => store.Nodes.RegisterAsync(
        new NodeInfo(worker, "host", 1, "test", System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty, "f") { Labels = labels },
        $"{worker}/first", [new DeviceInfo("cpu-simd", "cpu-simd", "two cores", 1L << 40, 2, "AVX-512")], None);
}
