using AttnSweep.Cluster.Tests.Infrastructure;

namespace AttnSweep.Cluster.Tests;

/// <summary>A cell that ends its whole worker whenever it is measured, played by this test: it kills the worker that has the cell.</summary>
[Trait("Category", "slow")]
public sealed class PoisonTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string Poison = "SELECT cell_id FROM cells JOIN shards USING (shard_id) JOIN inputs USING (input_id) WHERE kernel = 'topk' AND n = 128";

    [Fact]
    public async Task A_cell_that_ends_every_worker_is_set_aside_and_the_run_finishes()
    {
        await using var place = await server.NewPlaceAsync();
        await using var run = place.Start("run", place.Write("slow.yaml", TestSweeps.Slow));
        var killedAt = 0L;
        await Waiting.UntilAsync(
            "the run to end",
            async () =>
            {
                // Attempts are numbered by shard: shard and attempt together name one grant.
                var grant = await place.ScalarAsync($"SELECT COALESCE((SELECT s.shard_id * 1000 + s.attempt FROM shards s JOIN cells c USING (shard_id) WHERE s.state = 'leased' AND c.cell_id = ({Poison}) AND NOT EXISTS (SELECT FROM shards o JOIN attempts b USING (shard_id, attempt) JOIN attempts a ON a.shard_id = s.shard_id AND a.attempt = s.attempt WHERE o.state = 'leased' AND b.granted_at < a.granted_at)), 0)");
                if (grant != 0 && grant != killedAt && ProcessTree.Below(run.Id, "worker") is [var worker, ..])
                {
                    killedAt = grant;
                    ProcessTree.Signal(worker.Id, "KILL");
                }

                return run.HasExited;
            },
            TimeSpan.FromMinutes(8),
            () => run.Output + run.Errors);

        // Bad news, and not a failure: every cell has its outcome.
        var ended = await run.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.Equal(1, await place.ScalarAsync("SELECT count(*) FROM runs WHERE state = 'finished'"));
        Assert.Equal(7, await place.ScalarAsync("SELECT count(*) FROM v_cells WHERE outcome = 'ok'"));
        Assert.Equal(1, await place.ScalarAsync($"SELECT count(*) FROM v_cells WHERE outcome = 'crashed' AND cell_id = ({Poison}) AND detail LIKE '%lost its worker 3 times%'"));
        // Two losses of the shard and three of the cell alone; each may have taken with it the shard ahead, which does not count against that one.
        Assert.InRange(await place.ScalarAsync("SELECT count(*) FROM attempts WHERE ending = 'lost'"), 5, 10);
    }
}
