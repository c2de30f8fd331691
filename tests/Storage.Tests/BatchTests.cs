using AttnSweep.Protocol;
using AttnSweep.Storage.Dispatch;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>Many grants and many reports in one transaction: each is judged as if it came alone.</summary>
public sealed class BatchTests(PostgresFixture postgres)
{
    private static readonly GrantTerms Terms = new(Store.LeaseDuration, null);

    [Fact]
    public async Task A_batch_of_grants_gives_each_device_a_shard_of_its_own_and_the_most_valuable_ones()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(2, 2));
        var urgent = await store.Runs.SubmitAsync(Plans.Of(2, 1), new("f", "t", "v", Priority: 5), CancellationToken.None);

        var works = await store.Ledger.GrantAsync(
            epoch, [Ask("lab-1", "a"), Ask("lab-1", "b", backend: "cuda"), Ask("lab-2", "a"), Ask("lab-3", "a", memoryBytes: 1), Ask("lab-2", "b")], Terms, CancellationToken.None);

        Assert.Equal([true, false, true, false, true], works.Select(work => work is not null));
        var granted = works.OfType<ShardWork>().ToList();
        Assert.Equal(3, granted.DistinctBy(work => work.Lease.ShardId).Count());
        Assert.Equal(2, granted.Count(work => work.Lease.RunId == urgent));
        Assert.Equal([1, 1, 2], granted.Select(work => work.Cells.Count).Order());
        Assert.Equal(
            new[] { (works[0]!.Lease.ShardId, "lab-1", "a"), (works[2]!.Lease.ShardId, "lab-2", "a"), (works[4]!.Lease.ShardId, "lab-2", "b") }.Order(),
            (await store.AskAllAsync<Holder>("SELECT shard_id, worker, device_id FROM shards WHERE state = 'leased'")).Select(h => (h.ShardId, h.Worker, h.DeviceId)).Order());
        Assert.Equal(3, await store.AskAsync<long>("SELECT count(*) FROM attempts WHERE attempt = 1 AND ending IS NULL"));
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM events WHERE kind = 'running'"));
    }

    [Fact]
    public async Task In_a_batch_of_reports_the_good_are_recorded_and_the_stale_the_early_and_the_repeated_change_nothing()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(6, 2));
        var good = await store.TakeAsync(epoch);
        var repeated = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(repeated));
        var early = await store.TakeAsync(epoch);
        var lost = await store.TakeAsync(epoch, "lab-2");
        await store.Ledger.RequeueOfAsync(epoch, "lab-2", "lab-2/first", CancellationToken.None);
        var partial = await store.TakeAsync(epoch);
        var stranger = await store.TakeAsync(epoch);

        var verdicts = await store.Ledger.RecordAsync(
            epoch,
            [
                Plans.Report(good), Plans.Report(repeated), Plans.Report(early, chunk: 1), Plans.Report(lost, worker: "lab-2"),
                Plans.Report(partial, 0, final: true, [Plans.Ok(partial.Cells[0].CellId)]),
                Plans.Report(stranger, worker: "lab-9"), Plans.Report(good with { Lease = good.Lease with { ShardId = 999_999 } }),
            ],
            CancellationToken.None);

        Assert.Equal(
            [
                RecordVerdict.Recorded, RecordVerdict.AlreadyRecorded, RecordVerdict.TooEarly, RecordVerdict.Stale, RecordVerdict.Recorded,
                RecordVerdict.Stale, RecordVerdict.Stale,
            ],
            verdicts);
        Assert.Equal(5, await store.AskAsync<long>("SELECT count(*) FROM results"));
        Assert.Equal(5, await store.AskAsync<long>("SELECT count(*) FROM results WHERE cell_id = ANY (@cells)", new
        {
            cells = good.Cells.Concat(repeated.Cells).Append(partial.Cells[0]).Select(c => c.CellId).ToArray(),
        }));
        Assert.Equal("queued", await State(store, partial));
        Assert.Equal("leased", await State(store, early));
        Assert.Equal(("done", "returned"), (await Ending(store, good), await Ending(store, partial)));
    }

    [Fact]
    public async Task One_report_that_the_schema_refuses_does_not_take_the_others_with_it()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(3, 1));
        ShardWork[] works = [await store.TakeAsync(epoch), await store.TakeAsync(epoch), await store.TakeAsync(epoch)];
        var withoutTime = Plans.Ok(works[1].Cells[0].CellId) with { Trials = [] };

        var verdicts = await store.Ledger.RecordAsync(
            epoch, [Plans.Report(works[0]), Plans.Report(works[1], 0, true, [withoutTime]), Plans.Report(works[2])], CancellationToken.None);

        Assert.Equal([RecordVerdict.Recorded, RecordVerdict.Stale, RecordVerdict.Recorded], verdicts);
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM results"));
        Assert.Equal("crashed", await Ending(store, works[1]));
    }

    [Fact]
    public async Task Chunks_of_one_shard_in_one_batch_go_one_after_the_other_and_a_copy_counts_once()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 3));
        var work = await store.TakeAsync(epoch);
        var first = Plans.Report(work, 0, final: false, [Plans.Ok(work.Cells[0].CellId), Plans.Ok(work.Cells[0].CellId)]);
        var last = Plans.Report(work, 1, final: true, [Plans.Ok(work.Cells[1].CellId), Plans.Ok(work.Cells[2].CellId)]);

        var verdicts = await store.Ledger.RecordAsync(epoch, [first, last, last, first], CancellationToken.None);

        Assert.Equal([RecordVerdict.Recorded, RecordVerdict.Recorded, RecordVerdict.AlreadyRecorded, RecordVerdict.AlreadyRecorded], verdicts);
        Assert.Equal(3, await store.AskAsync<long>("SELECT count(*) FROM results"));
        Assert.Equal("done", await State(store, work));
    }

    [Fact]
    public async Task Two_coordinators_that_record_overlapping_batches_at_once_write_each_cell_once()
    {
        await using var store = await Store.CreateAsync(postgres);
        var old = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(12, 2));
        var works = new List<ShardWork>();
        for (var i = 0; i < 12; i++)
        {
            works.Add(await store.TakeAsync(old));
        }

        var epoch = await store.TakeEpochAsync();
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 6).Select(turn => store.Ledger.RecordAsync(
            epoch, [.. works.Skip(turn).Concat(works.Take(turn)).Select(work => Plans.Report(work))], CancellationToken.None)));

        Assert.Equal(12, verdicts.SelectMany(v => v).Count(v => v == RecordVerdict.Recorded));
        Assert.Equal(60, verdicts.SelectMany(v => v).Count(v => v == RecordVerdict.AlreadyRecorded));
        Assert.Equal(24, await store.AskAsync<long>("SELECT count(*) FROM results"));
        await Assert.ThrowsAsync<SupersededException>(() => store.Ledger.RecordAsync(old, [Plans.Report(works[0])], CancellationToken.None));
    }

    private static GrantRequest Ask(string worker, string device, string backend = "cpu-simd", long memoryBytes = long.MaxValue) =>
        new(worker, $"{worker}/first", device, backend, memoryBytes);

    private static Task<string?> State(Store store, ShardWork work) =>
        store.AskAsync<string>("SELECT state FROM shards WHERE shard_id = @id", new { id = work.Lease.ShardId });

    private static Task<string?> Ending(Store store, ShardWork work) =>
        store.AskAsync<string>("SELECT ending FROM attempts WHERE shard_id = @id ORDER BY attempt DESC LIMIT 1", new { id = work.Lease.ShardId });

    private sealed record Holder(long ShardId, string Worker, string DeviceId);
}
