using AttnSweep.Cluster.Tests.Infrastructure;

namespace AttnSweep.Cluster.Tests;

/// <summary>Real processes, really killed: a run ends complete by itself, with one result per cell.</summary>
[Trait("Category", "slow")]
public sealed class KillTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task A_run_survives_the_death_of_a_worker_a_runner_and_the_coordinator()
    {
        await using var place = await server.NewPlaceAsync();
        var sweep = place.Write("chaos.yaml", TestSweeps.Many);
        var planned = await place.PlannedCellsAsync(sweep);
        Assert.True(planned >= 500, $"{planned} cells are too few to kill in the middle of");

        await using var run = place.Start("run", sweep, "--workers", "3");
        await KillAtAsync(run, place, planned / 8, "worker");
        await KillAtAsync(run, place, planned / 3, "runner");
        await KillAtAsync(run, place, planned / 2, "coordinator");
        var ended = await run.WaitAsync(TimeSpan.FromMinutes(8));

        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Equal(planned, await place.ScalarAsync("SELECT count(*) FROM v_cells WHERE outcome = 'ok'"));
        Assert.Equal(planned, await place.ScalarAsync("SELECT count(DISTINCT cell_id) FROM v_cells WHERE outcome = 'ok'"));
        Assert.Equal(0, await place.ScalarAsync("SELECT count(*) FROM (SELECT cell_id FROM results GROUP BY cell_id HAVING count(*) > 1) AS twice"));
        // Proof that the kills hit something: attempts were lost or crashed, and granted again.
        Assert.NotEqual(0, await place.ScalarAsync("SELECT count(*) FROM attempts WHERE ending IN ('lost', 'crashed')"));
        Assert.NotEqual(1, await place.ScalarAsync("SELECT count(*) FROM coordinators"));
    }

    private static async Task KillAtAsync(Attnsweep run, Place place, long results, string command)
    {
        await Waiting.UntilAsync(
            $"{results} results and a {command} to kill",
            async () => run.HasExited || (await place.ScalarAsync("SELECT count(*) FROM results") >= results && ProcessTree.Below(run.Id, command).Count > 0),
            TimeSpan.FromMinutes(5),
            () => run.Output + run.Errors);
        Assert.False(run.HasExited, $"the run ended before a {command} could be killed:\n{run.Output}\n{run.Errors}");
        ProcessTree.Signal(ProcessTree.Below(run.Id, command)[0].Id, "KILL");
    }
}
