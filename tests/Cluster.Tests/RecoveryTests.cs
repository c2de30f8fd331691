using System.Diagnostics;
using AttnSweep.Cluster.Tests.Infrastructure;

namespace AttnSweep.Cluster.Tests;

/// <summary>What comes back, and what must not be started again for it. Times are told, not asserted.</summary>
[Trait("Category", "slow")]
public sealed class RecoveryTests(PostgresServer server, ITestOutputHelper output) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task A_lone_coordinator_that_is_killed_finds_its_workers_again_and_none_of_them_starts_anew()
    {
        await using var place = await server.NewPlaceAsync();
        var sweep = place.Write("many.yaml", TestSweeps.Many);
        var planned = await place.PlannedCellsAsync(sweep);
        await using var run = place.Start("run", sweep, "--workers", "2");
        await Waiting.UntilAsync(
            "a tenth of the results and two workers", async () => run.HasExited || (await place.ScalarAsync("SELECT count(*) FROM results") >= planned / 10
                && ProcessTree.Below(run.Id, "worker").Count >= 2),
            TimeSpan.FromMinutes(3), () => run.Output + run.Errors);
        var workers = ProcessTree.Below(run.Id, "worker").Select(w => w.Id).Order().ToList();

        ProcessTree.Signal(ProcessTree.Below(run.Id, "coordinator")[0].Id, "KILL");
        var since = Stopwatch.StartNew();
        await Waiting.UntilAsync(
            "a grant of the next epoch", async () => run.HasExited || await place.ScalarAsync("SELECT count(*) FROM attempts WHERE epoch > 1") > 0,
            TimeSpan.FromMinutes(3), () => run.Output + run.Errors);
        output.WriteLine($"lone coordinator killed: next grant after {since.Elapsed.TotalSeconds:0.0} s");
        Assert.Equal(workers, ProcessTree.Below(run.Id, "worker").Select(w => w.Id).Order());

        var ended = await run.WaitAsync(TimeSpan.FromMinutes(5));
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Equal(planned, await place.ScalarAsync("SELECT count(*) FROM v_cells WHERE outcome = 'ok'"));
        Assert.Equal(2, await place.ScalarAsync("SELECT count(*) FROM coordinators"));
        Assert.DoesNotContain("worker-1 ended", ended.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("worker-2 ended", ended.Errors, StringComparison.Ordinal);
    }
}
