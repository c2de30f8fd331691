using AttnSweep.Storage.Dispatch;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>A cell that takes its whole worker down: the shard is lost again and again, and the run must end all the same.</summary>
public sealed class LossTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(1, 3, AfterLoss.Requeue)]
    [InlineData(2, 3, AfterLoss.Split)]
    [InlineData(7, 2, AfterLoss.Split)]
    [InlineData(2, 1, AfterLoss.Requeue)]
    [InlineData(3, 1, AfterLoss.SetAside)]
    [InlineData(9, 0, AfterLoss.Requeue)]
    public void A_shard_is_split_after_two_losses_and_a_single_cell_set_aside_after_three(int losses, int missing, AfterLoss then) =>
        Assert.Equal(then, LossRule.Decide(losses, missing));

    [Fact]
    public async Task A_cell_that_ends_its_worker_every_time_is_found_and_set_aside_and_the_run_finishes()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(shards: 2, cellsPerShard: 4));
        var first = await store.TakeAsync(epoch);
        var poison = first.Cells[2].CellId;
        // An outcome that came early stays with the old shard.
        await store.RecordAsync(epoch, Plans.Report(first, 0, final: false, [Plans.Ok(first.Cells[0].CellId)]));
        await VanishAsync(store, epoch);

        var grants = 1;
        while (await store.GrantAsync(epoch) is { } work)
        {
            Assert.True(++grants <= 20, "the poisoned cell is granted for ever");
            if (work.Cells.Any(c => c.CellId == poison))
            {
                await VanishAsync(store, epoch);
            }
            else
            {
                Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(work)));
            }
        }

        Assert.Equal([run], await store.Ledger.SettleRunsAsync(epoch, CancellationToken.None));
        Assert.Equal(7, await store.AskAsync<long>("SELECT count(*) FROM v_cells WHERE outcome = 'ok'"));
        Assert.Equal(poison, await store.AskAsync<long>("SELECT cell_id FROM v_cells WHERE outcome = 'crashed' AND detail LIKE '%lost its worker 3 times%lab-1%'"));
        // Two losses together, three alone.
        Assert.Equal(5, await store.AskAsync<long>("SELECT count(*) FROM attempts WHERE ending = 'lost'"));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM events WHERE kind = 'shard-split'"));
        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM shards s WHERE cell_count <> (SELECT count(*) FROM cells c WHERE c.shard_id = s.shard_id)"));
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM sparsity"));

        // A retry gives the cell its three chances anew.
        Assert.Equal(1, await store.Runs.ResumeAsync(run, CancellationToken.None));
        Assert.Equal(poison, Assert.Single((await store.TakeAsync(epoch)).Cells).CellId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_shard_ahead_is_innocent_of_its_workers_loss(bool expired)
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(shards: 2, cellsPerShard: 2));
        TimeSpan? duration = expired ? TimeSpan.FromSeconds(-1) : null;
        var measured = await store.TakeAsync(epoch, duration: duration);
        var ahead = await store.TakeAsync(epoch, duration: duration);
        if (expired)
        {
            Assert.Equal(2, await store.Ledger.RequeueExpiredAsync(epoch, [], CancellationToken.None));
        }
        else
        {
            await VanishAsync(store, epoch);
        }

        Assert.Equal(1, await store.AskAsync<int>($"SELECT failures FROM shards WHERE shard_id = {measured.Lease.ShardId}"));
        Assert.Equal(0, await store.AskAsync<int>($"SELECT failures FROM shards WHERE shard_id = {ahead.Lease.ShardId}"));
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM shards WHERE state = 'queued'"));
    }

    [Fact]
    public async Task An_expired_lease_counts_only_where_its_holder_is_gone()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(shards: 1, cellsPerShard: 2));
        for (var outage = 0; outage < 5; outage++)
        {
            await store.TakeAsync(epoch, duration: TimeSpan.FromSeconds(-1));
            Assert.Equal(1, await store.Ledger.RequeueExpiredAsync(epoch, [Store.Incarnation], CancellationToken.None));
        }

        Assert.Equal((1, 0), await ShardsAsync(store));
        await store.TakeAsync(epoch, duration: TimeSpan.FromSeconds(-1));
        await store.Ledger.RequeueExpiredAsync(epoch, [], CancellationToken.None);
        Assert.Equal((1, 1), await ShardsAsync(store));
        await store.TakeAsync(epoch, duration: TimeSpan.FromSeconds(-1));
        await store.Ledger.RequeueExpiredAsync(epoch, ["somebody else"], CancellationToken.None);
        Assert.Equal((2, 0), await ShardsAsync(store));
    }

    [Fact]
    public async Task A_farewell_gives_back_and_counts_against_nobody()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(shards: 1, cellsPerShard: 2));
        for (var farewell = 0; farewell < 5; farewell++)
        {
            await store.TakeAsync(epoch);
            Assert.Equal(1, await store.Ledger.TakeBackAsync(epoch, Store.Worker, Store.Incarnation, CancellationToken.None));
        }

        Assert.Equal((1, 0), await ShardsAsync(store));
        Assert.Equal(5, await store.AskAsync<long>("SELECT count(*) FROM attempts WHERE ending = 'returned'"));
    }

    private static Task<int> VanishAsync(Store store, long epoch) => store.Ledger.RequeueOfAsync(epoch, Store.Worker, Store.Incarnation, CancellationToken.None);

    private static async Task<(long Shards, long Failures)> ShardsAsync(Store store) =>
        (await store.AskAsync<long>("SELECT count(*) FROM shards"), await store.AskAsync<long>("SELECT sum(failures) FROM shards"));
}
