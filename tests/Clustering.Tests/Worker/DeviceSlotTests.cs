using AttnSweep.Protocol;
using AttnSweep.Worker.Dispatch;

namespace AttnSweep.Clustering.Tests.Worker;

public sealed class DeviceSlotTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_idle_device_asks_when_the_coordinator_said()
    {
        var idle = new DeviceSlot.Idle(Start.AddSeconds(2));
        Assert.False(idle.WantsToAsk(Start.AddSeconds(1)));
        Assert.True(idle.WantsToAsk(Start.AddSeconds(2)));
    }

    [Fact]
    public void A_question_without_an_answer_is_asked_again_after_five_seconds()
    {
        var asking = new DeviceSlot.Asking(Start);
        Assert.False(asking.WantsToAsk(Start.AddSeconds(4.9)));
        Assert.True(asking.WantsToAsk(Start.AddSeconds(5)));
    }

    [Fact]
    public void Every_stage_has_its_cells_deadline_and_a_stage_of_the_shard_the_largest()
    {
        var work = Shards.Work(kernels: [Shards.Flash, Shards.TopK(4)]);
        work = work with { Cells = [work.Cells[0] with { DeadlineSeconds = 60 }, work.Cells[1] with { DeadlineSeconds = 200 }] };
        var slot = DeviceSlot.Take(work, 1, Start);
        Assert.Equal(Start.AddSeconds(200), slot.StageUntil);

        slot = slot.Begin(new RunnerProtocol.CellStarted("trial", 100, 0.5), Start.AddSeconds(10));
        Assert.Equal(Start.AddSeconds(70), slot.StageUntil);
        Assert.Equal((100, 0.5), (slot.CellId, slot.Share));
        Assert.False(slot.WantsToAsk(Start.AddYears(1)));
    }

    [Fact]
    public void Deaths_in_a_row_make_longer_pauses_up_to_a_minute()
    {
        var pause = DeathPause.None;
        var seconds = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            pause = pause.After();
            seconds.Add(pause.Length.TotalSeconds);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], seconds);
    }
}
