using AttnSweep.Scheduling;
using static AttnSweep.Shared.Tests.Scheduling.Standings;

namespace AttnSweep.Shared.Tests.Scheduling;

public sealed class TailRuleTests
{
    [Fact]
    public void Far_from_the_end_nothing_is_split() => Assert.Equal(10, TailRule.Cells(Shard(1), 1, Far));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(0.2, 1)]
    [InlineData(2, 10)]
    public void Near_the_end_a_device_gets_what_it_can_do_in_half_of_the_time_left(double speed, int cells) =>
        Assert.Equal(cells, TailRule.Cells(Shard(1, seconds: 10, cells: 10), speed, new Outlook(20, 0, 2)));

    [Fact]
    public void A_piece_is_not_smaller_than_what_it_costs()
    {
        // 8 s of cells and 2 s of overhead, 1 s left: at least 2 s of cells.
        Assert.Equal(3, TailRule.Cells(Shard(1, seconds: 10, cells: 10, overhead: 2), 1, new Outlook(1, 0, 1)));
        Assert.Equal(1, TailRule.Cells(Shard(1, seconds: 10, cells: 1, overhead: 2), 1, new Outlook(1, 0, 1)));
    }

    [Fact]
    public void A_slow_device_leaves_a_long_cell_to_a_fast_one_that_will_be_done_sooner()
    {
        var cell = Shard(1, seconds: 100, cells: 1);
        Assert.True(TailRule.IsTooSlowFor(cell, 0.2, 2, new Outlook(100, 0, 1)));
        Assert.False(TailRule.IsTooSlowFor(cell, 1, 2, new Outlook(100, 0, 1)));
        Assert.False(TailRule.IsTooSlowFor(cell, 2, 2, new Outlook(1, 0, 1)));
    }

    [Fact]
    public void Without_a_device_the_end_is_never() => Assert.Equal(double.PositiveInfinity, new Outlook(1, 1, 0).SecondsLeft);
}
