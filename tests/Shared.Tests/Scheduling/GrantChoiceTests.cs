using AttnSweep.Scheduling;
using static AttnSweep.Shared.Tests.Scheduling.Standings;

namespace AttnSweep.Shared.Tests.Scheduling;

public sealed class GrantChoiceTests
{
    [Fact]
    public void The_higher_priority_goes_first_however_much_it_has_had() =>
        Assert.Equal(2, Choose(Device(), [Run(1), Run(2, priority: 5, used: 1000)], [Shard(1, run: 1, seconds: 99), Shard(2, run: 2)])!.ShardId);

    [Fact]
    public void Between_runs_of_one_priority_the_one_that_had_less_goes_first() =>
        Assert.Equal(2, Choose(Device(), [Run(1, used: 50), Run(2, used: 40)], [Shard(1, run: 1, seconds: 99), Shard(2, run: 2)])!.ShardId);

    [Fact]
    public void In_a_run_the_longest_goes_first() =>
        Assert.Equal(2, Choose(Device(), [Run(1)], [Shard(1, seconds: 5), Shard(2, seconds: 50), Shard(3, seconds: 20)])!.ShardId);

    [Theory]
    [InlineData(60, 2)]
    [InlineData(40, 1)]
    public void The_input_that_a_device_has_goes_before_a_longer_shard_but_not_before_one_twice_as_long(double seconds, long chosen) =>
        Assert.Equal(chosen, Choose(Device(lastInput: 7), [Run(1)], [Shard(1, seconds: 100), Shard(2, seconds: seconds, input: 7)])!.ShardId);

    [Fact]
    public void What_does_not_fit_is_passed_by_for_what_does()
    {
        var shards = new[] { Shard(1, seconds: 50, memory: 2L << 30), Shard(2, seconds: 5) };
        Assert.Equal(2, Choose(Device(memory: 1 << 30), [Run(1)], shards)!.ShardId);
        Assert.Null(Choose(Device(memory: 1000), [Run(1)], shards));
        Assert.Equal(1, Choose(Device(memory: 4L << 30), [Run(1)], shards)!.ShardId);
    }

    [Fact]
    public void A_run_of_lower_priority_goes_where_the_higher_has_nothing_that_fits() =>
        Assert.Equal(2, Choose(Device(), [Run(1, priority: 9, requires: "rack-1"), Run(2)], [Shard(1, run: 1), Shard(2, run: 2)])!.ShardId);

    [Fact]
    public void A_device_that_a_shard_ended_leaves_it_to_others_while_there_are_any()
    {
        var shard = Shard(1) with { FailedOn = [new DevicePlace("w1", "cpu-simd")] };
        Assert.Null(Choose(Device("w1"), [Run(1)], [shard], others: [Device("w2")]));
        Assert.Equal(1, Choose(Device("w2"), [Run(1)], [shard], others: [Device("w1")])!.ShardId);
        Assert.Equal(1, Choose(Device("w1"), [Run(1)], [shard])!.ShardId);
        Assert.Equal(1, Choose(Device("w1"), [Run(1)], [shard], others: [Device("w2", memory: 1)])!.ShardId);
    }

    [Fact]
    public void A_replica_goes_to_another_node()
    {
        var shard = Shard(1) with { SiblingWorkers = ["w1"] };
        Assert.Null(Choose(Device("w1"), [Run(1)], [shard]));
        Assert.Equal(1, Choose(Device("w2"), [Run(1)], [shard])!.ShardId);
    }

    [Fact]
    public void Fairness_gives_way_to_a_shard_that_decides_when_everything_ends()
    {
        var outlook = new Outlook(100, 0, 2);
        QueuedShard[] shards = [Shard(1, run: 1, seconds: 4, cells: 1), Shard(2, run: 2, seconds: 45, cells: 1)];
        Assert.Equal(2, Choose(Device(), [Run(1), Run(2, used: 500)], shards, outlook)!.ShardId);
        Assert.Equal(1, Choose(Device(), [Run(1, priority: 1), Run(2, used: 500)], shards, outlook)!.ShardId);
        Assert.Equal(1, Choose(Device(), [Run(1), Run(2, used: 500)], shards)!.ShardId);
    }

    [Fact]
    public void A_long_cell_is_left_only_to_a_faster_device_that_may_have_it()
    {
        var outlook = new Outlook(100, 0, 1);
        var cell = Shard(1, seconds: 100, cells: 1);
        Assert.Null(Choose(Device("w1", speed: 0.2), [Run(1)], [cell], outlook, [Device("w2", speed: 2)]));
        Assert.NotNull(Choose(Device("w1", speed: 0.2, labels: "disk"), [Run(1, requires: "disk")], [cell], outlook, [Device("w2", speed: 2)]));
        Assert.NotNull(Choose(Device("w1", speed: 0.2), [Run(1)], [cell], outlook, [Device("w2", speed: 2, memory: 1)]));
    }
}
