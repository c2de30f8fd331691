using System.Text.Json;

namespace AttnSweep.Simulation.Tests;

/// <summary>The whole scheduler on a virtual clock.</summary>
public sealed class ClusterSimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_mixed_cluster_under_faults_loses_nothing_and_ends_near_the_lower_bound(int seed)
    {
        var report = ClusterSimulation.Run(new SimulationOptions(100, 40_000, seed));
        Assert.Equal((0L, 0L), (report.Lost, report.Duplicated));
        Assert.Equal(report.Cells, report.Outcomes.Values.Sum());
        Assert.Equal(5, report.Outcomes["crashed"]);
        Assert.True(report.OldGrantsRefused > 0);
        Assert.Equal(3, report.Coordinators);
        // On this small cluster a lost node is a percent of everything; a thousand nodes stay within 3 % (docs/scheduling.md).
        Assert.InRange(report.Ratio, 1, 1.06);
        Assert.InRange(report.EtaErrorShare, 0, 0.15);
    }

    [Fact]
    public void The_same_seed_gives_the_same_report()
    {
        var options = new SimulationOptions(30, 5000, 5);
        Assert.Equal(JsonSerializer.Serialize(ClusterSimulation.Run(options)), JsonSerializer.Serialize(ClusterSimulation.Run(options)));
        Assert.NotEqual(ClusterSimulation.Run(options).MakespanSeconds, ClusterSimulation.Run(options with { Seed = 6 }).MakespanSeconds);
    }

    [Fact]
    public void An_urgent_run_ends_long_before_the_others()
    {
        var report = ClusterSimulation.Run(new SimulationOptions(60, 20_000, 4));
        var urgent = report.Runs.Single(run => run.Name == "urgent");
        Assert.True(urgent.EndedAt - urgent.SubmittedAt < 0.25 * report.MakespanSeconds);
    }

    [Fact]
    public void Without_faults_nothing_is_late_and_nothing_is_lost()
    {
        var report = ClusterSimulation.Run(new SimulationOptions(40, 10_000, 1) { Faults = false });
        Assert.Equal(report.Cells, report.Outcomes["ok"]);
        Assert.Equal((0, 1, 0), (report.NodesLost, report.Coordinators, report.Quarantined));
    }
}
