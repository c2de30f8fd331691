using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Coordinator.Dispatch;

namespace AttnSweep.Clustering.Tests.Dispatch;

public sealed class GrantDeskTests
{
    private static readonly DeviceKey Cpu = new(Examples.Worker, Examples.Device);
    private static readonly DeviceKey Gpu = new(Examples.Worker, "cuda:0");

    [Fact]
    public void A_request_made_again_while_one_waits_takes_no_second_shard()
    {
        var (first, desk) = GrantDesk.Empty.Wait(Cpu);
        Assert.True(first);
        (first, desk) = desk.Wait(Cpu);
        Assert.False(first);
        Assert.True(desk.Wait(Gpu).First);
        Assert.True(desk.Answered(Cpu, granted: true).Next.Wait(Cpu).First);
    }

    [Fact]
    public void Devices_without_work_are_woken_once_when_some_appears_and_those_with_work_are_not()
    {
        var desk = GrantDesk.Empty.Wait(Cpu).Next.Wait(Gpu).Next;
        desk = desk.Answered(Cpu, granted: false).Next.Answered(Gpu, granted: true).Next;

        (var wake, desk) = desk.Wake();
        Assert.Equal([Cpu], wake);
        Assert.Empty(desk.Wake().Wake);
        Assert.False(desk.Wait(Cpu).First);
    }

    [Fact]
    public void Work_that_appears_while_a_request_is_looked_up_is_not_missed()
    {
        var desk = GrantDesk.Empty.Wait(Cpu).Next.Wake().Next;
        (var again, desk) = desk.Answered(Cpu, granted: false);
        Assert.True(again);
        (again, desk) = desk.Answered(Cpu, granted: false);
        Assert.False(again);
        Assert.Equal([Cpu], desk.Wake().Wake);
        Assert.False(GrantDesk.Empty.Wait(Cpu).Next.Wake().Next.Answered(Cpu, granted: true).Again);
    }

    [Fact]
    public void What_a_worker_asked_before_it_left_or_came_anew_is_void()
    {
        var waiting = GrantDesk.Empty.Wait(Cpu).Next.Leave(Examples.Worker);
        Assert.True(waiting.Wait(Cpu).First);
        Assert.Empty(waiting.Answered(Cpu, granted: false).Next.Wake().Wake);
        Assert.Empty(GrantDesk.Empty.Wait(Cpu).Next.Answered(Cpu, granted: false).Next.Leave(Examples.Worker).Wake().Wake);
    }
}
