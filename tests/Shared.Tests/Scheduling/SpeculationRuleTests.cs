using AttnSweep.Scheduling;
using static AttnSweep.Shared.Tests.Scheduling.Standings;

namespace AttnSweep.Shared.Tests.Scheduling;

public sealed class SpeculationRuleTests
{
    private static RunningShard Running(long id, double seconds = 10, double elapsed = 20, double share = 0.1, double speed = 1, string worker = "w1", bool two = false) =>
        new(id, 1, 1, worker, seconds, speed, elapsed, share, two);

    [Fact]
    public void The_shard_that_gains_most_is_begun_a_second_time() =>
        Assert.Equal(2, SpeculationRule.Choose(Device("w2"), [Running(1, share: 0.5), Running(2), Running(3, share: 0.9)], _ => true)!.ShardId);

    [Fact]
    public void Nothing_is_begun_where_it_would_not_be_done_sooner()
    {
        Assert.Null(SpeculationRule.Choose(Device("w2"), [Running(1, share: 0.9)], _ => true));
        Assert.Null(SpeculationRule.Choose(Device("w2", speed: 0.01), [Running(1)], _ => true));
    }

    [Fact]
    public void Neither_its_own_nor_a_young_one_nor_one_with_two_attempts_nor_one_that_does_not_fit()
    {
        Assert.Null(SpeculationRule.Choose(Device("w1"), [Running(1)], _ => true));
        Assert.Null(SpeculationRule.Choose(Device("w2"), [Running(1, elapsed: 1)], _ => true));
        Assert.Null(SpeculationRule.Choose(Device("w2"), [Running(1, two: true)], _ => true));
        Assert.Null(SpeculationRule.Choose(Device("w2"), [Running(1)], _ => false));
    }

    [Theory]
    [InlineData(10, 0.5, 10)]
    [InlineData(4, 0, 6)]
    [InlineData(30, 0, 30)]
    public void What_is_left_follows_the_pace_then_the_estimate_then_the_delay(double elapsed, double share, double left) =>
        Assert.Equal(left, SpeculationRule.SecondsLeft(Running(1, elapsed: elapsed, share: share)));
}
