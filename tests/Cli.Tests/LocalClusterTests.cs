using AttnSweep.Cli.LocalCluster;

namespace AttnSweep.Cli.Tests;

public sealed class LocalClusterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_process_that_keeps_dying_is_given_up_after_longer_and_longer_waits()
    {
        var rule = RestartRule.New;
        var waits = new List<TimeSpan>();
        for (var i = 0; i < RestartRule.MostPerMinute; i++)
        {
            (rule, var wait) = rule.Died(Noon.AddSeconds(i));
            waits.Add(wait!.Value);
        }

        Assert.Equal(waits.Order(), waits);
        Assert.True(waits[0] < waits[^1]);
        Assert.Null(rule.Died(Noon.AddSeconds(30)).Wait);
    }

    [Fact]
    public void Deaths_far_apart_are_accidents()
    {
        var rule = RestartRule.New;
        for (var i = 0; i < 50; i++)
        {
            (rule, var wait) = rule.Died(Noon.AddMinutes(2 * i));
            Assert.NotNull(wait);
        }
    }

    [Theory]
    [InlineData(1, 8, 0, "8", false)]
    [InlineData(3, 8, 0, "2", false)]
    [InlineData(3, 2, 0, "1", true)]
    [InlineData(2, 4, 4, "4", true)]
    public void Cores_are_divided_and_too_many_threads_are_warned_of(int workers, int cores, int threads, string each, bool warned)
    {
        var layout = ClusterLayout.Of(7, workers, cores, threads, [], 4053, "/spool");
        Assert.Equal(warned, layout.Warning is not null);
        Assert.Equal(workers, layout.Parts.Count(p => p.Arguments[0] == "worker"));
        Assert.All(layout.Parts.Skip(1), p => Assert.Equal(each, p.Arguments[p.Arguments.ToList().IndexOf("--threads") + 1]));
    }

    [Fact]
    public void Only_the_coordinator_sees_the_database_and_it_is_never_an_argument()
    {
        var layout = ClusterLayout.Of(7, 2, 4, 0, ["cpu-simd"], 4053, "/spool");
        Assert.Equal(["coordinator"], layout.Parts.Where(p => p.SeesDatabase).Select(p => p.Name));
        Assert.DoesNotContain("--database", layout.Parts.SelectMany(p => p.Arguments));
        Assert.All(layout.Parts, p => Assert.Contains("--exit-with-parent", p.Arguments));
    }

    [Fact]
    public void The_program_starts_itself_as_it_was_started()
    {
        Assert.Equal(["/usr/bin/dotnet", "/a/attnsweep.dll"], OwnProgram.Compose("/usr/bin/dotnet", "/a/attnsweep.dll"));
        Assert.Equal(["/a/attnsweep"], OwnProgram.Compose("/a/attnsweep", "/a/attnsweep.dll"));
    }
}
