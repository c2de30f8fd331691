using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Protocol;
using AttnSweep.Worker.Dispatch;

namespace AttnSweep.Clustering.Tests.Dispatch;

public sealed class DeviceSlotTests
{
    private static readonly DateTimeOffset Now = Examples.Noon;

    [Fact]
    public void An_idle_device_asks_when_its_pause_is_over()
    {
        var idle = new DeviceSlot.Idle(Now.AddSeconds(2));
        Assert.False(idle.WantsToAsk(Now.AddSeconds(1.9)));
        Assert.True(idle.WantsToAsk(Now.AddSeconds(2)));
        Assert.True(new DeviceSlot.Idle(DateTimeOffset.MinValue).WantsToAsk(Now));
    }

    [Fact]
    public void A_request_without_an_answer_is_made_again_after_five_seconds()
    {
        var asking = new DeviceSlot.Asking(Now);
        Assert.False(asking.WantsToAsk(Now.AddSeconds(4.9)));
        Assert.True(asking.WantsToAsk(Now.AddSeconds(5)));
    }

    [Fact]
    public void A_working_device_never_asks() =>
        Assert.False(DeviceSlot.Take(Examples.Work(), 1, Now).WantsToAsk(Now.AddDays(1)));

    [Fact]
    public void The_input_has_the_time_of_the_slowest_cell()
    {
        var working = DeviceSlot.Take(Examples.Work(), 7, Now);
        Assert.Equal((7, null, Now.AddSeconds(60)), (working.Generation, working.CellId, working.StageUntil));
        Assert.Empty(working.Results);
    }

    [Fact]
    public void Each_stage_starts_its_deadline_anew()
    {
        var working = DeviceSlot.Take(Examples.Work(), 1, Now);

        working = working.Begin(new RunnerProtocol.CellStarted("verify", 101, 0.25), Now.AddSeconds(10));
        Assert.Equal((101L, 0.25, Now.AddSeconds(40)), (working.CellId, working.Share, working.StageUntil));

        working = working.Begin(new RunnerProtocol.CellStarted("trial", null, 0.5), Now.AddSeconds(20));
        Assert.Equal((null, 0.5, Now.AddSeconds(80)), (working.CellId, working.Share, working.StageUntil));
    }

    [Fact]
    public void A_stage_of_a_cell_that_is_not_in_the_shard_still_has_a_deadline() =>
        Assert.Equal(
            Now.AddSeconds(60),
            DeviceSlot.Take(Examples.Work(), 1, Now).Begin(new RunnerProtocol.CellStarted("trial", 999, 0.5), Now).StageUntil);
}
