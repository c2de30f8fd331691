using AttnSweep.Cluster.Tests.Infrastructure;

namespace AttnSweep.Cluster.Tests;

/// <summary>Ctrl-C, the launcher's death, and resuming after both.</summary>
[Trait("Category", "slow")]
public sealed class InterruptionTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Theory]
    [InlineData("INT", 130, false)]
    [InlineData("INT", 130, true)]
    [InlineData("KILL", 137, false)]
    public async Task An_interrupted_run_is_resumed_and_measures_only_what_is_missing(string signal, int exitCode, bool toTheWholeGroup)
    {
        await using var place = await server.NewPlaceAsync();
        var sweep = place.Write("many.yaml", TestSweeps.Many);
        var planned = await place.PlannedCellsAsync(sweep);
        await using (var run = place.Start("run", sweep))
        {
            await Waiting.UntilAsync(
                "a tenth of the results", async () => run.HasExited || await place.ScalarAsync("SELECT count(*) FROM results") >= planned / 10,
                TimeSpan.FromMinutes(3), () => run.Output + run.Errors);
            var children = ProcessTree.Below(run.Id);
            if (toTheWholeGroup)
            {
                // As a terminal does it: coordinator, workers and runners hear Ctrl-C too, and must leave it to the launcher.
                ProcessTree.Signal([run.Id, .. ProcessTree.ProgramsBelow(run.Id).Select(c => c.Id)], signal);
            }
            else
            {
                run.Signal(signal);
            }

            var ended = await run.WaitAsync(TimeSpan.FromMinutes(1));
            Assert.True(ended.ExitCode == exitCode, ended.ToString());
            Assert.DoesNotContain("starting it again", ended.Errors, StringComparison.Ordinal);
            await Waiting.UntilAsync(
                "the launcher's children to end", () => Task.FromResult(children.All(c => !Directory.Exists($"/proc/{c.Id}"))), TimeSpan.FromMinutes(1));
        }

        var before = await place.ScalarAsync("SELECT count(*) FROM results");
        Assert.InRange(before, planned / 10, planned - 1);
        await place.ExecuteAsync("CREATE TABLE measured_before AS SELECT cell_id, measured_at FROM results");

        var resumed = await ResumeAsync(place);

        Assert.True(resumed.ExitCode == 0, resumed.ToString());
        Assert.Equal(before, await place.ScalarAsync("SELECT count(*) FROM measured_before b JOIN results r USING (cell_id, measured_at)"));
        Assert.Equal(planned, await place.ScalarAsync("SELECT count(*) FROM v_cells WHERE outcome = 'ok'"));
    }

    [Fact]
    public async Task A_wrong_sweep_file_writes_nothing()
    {
        await using var place = await server.NewPlaceAsync();
        Assert.Equal(0, (await place.RunAsync("migrate")).ExitCode);
        var sweep = place.Write("wrong.yaml", TestSweeps.Small.Replace("n/16", "m/16", StringComparison.Ordinal));

        var run = await place.RunAsync("run", sweep);

        Assert.True(run.ExitCode == 2, run.ToString());
        Assert.Contains($"{sweep}:", run.Errors, StringComparison.Ordinal);
        Assert.Equal(0, await place.ScalarAsync("SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM cells)"));
    }

    /// <summary>After a kill the old coordinator's heartbeat is fresh for some seconds, and a second cluster is rightly refused.</summary>
    private static async Task<Attnsweep.Finished> ResumeAsync(Place place)
    {
        Attnsweep.Finished? resumed = null;
        await Waiting.UntilAsync(
            "the resumed run to be let in",
            async () => (resumed = await place.RunAsync("run", "--resume", "many")).ExitCode != 2,
            TimeSpan.FromMinutes(4),
            () => resumed?.ToString() ?? "");
        return resumed!;
    }
}
