using System.Collections.Immutable;
using AttnSweep.Protocol;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>Workers, coordinators and schedules as they are remembered.</summary>
public sealed class NodeTests(PostgresFixture postgres)
{
    private static CancellationToken None => CancellationToken.None;

    internal static DeviceInfo Cpu { get; } = new("cpu-simd", "cpu-simd", "Lab CPU @ 2 GHz", 1L << 33, 8, "AVX-512");

    internal static NodeInfo Node(string worker, int processId = 7) => new(
        worker, "lab", processId, "0.1.0", ImmutableSortedDictionary<string, string>.Empty.Add("cpu", "Lab CPU"), "f00d");

    [Fact]
    public async Task A_worker_comes_with_its_devices_changes_them_and_goes()
    {
        await using var store = await Store.CreateAsync(postgres);
        var gpu = new DeviceInfo("cuda:0", "cuda", "Big GPU", 80L << 30, 108, "555");
        await store.Nodes.RegisterAsync(Node("lab-1"), "one", [Cpu, gpu], None);
        await store.Nodes.RegisterAsync(Node("lab-1", 8), "two", [Cpu with { ComputeUnits = 4 }], None);
        await store.Nodes.SeenAsync(["lab-1", "stranger"], None);

        var worker = Assert.Single(await store.Nodes.ListAsync(None));
        Assert.Equal(("lab-1", "lab", "present", "0.1.0"), (worker.Worker, worker.Host, worker.State, worker.CodeVersion));
        Assert.Equal(Cpu with { ComputeUnits = 4 }, Assert.Single(worker.Devices));
        Assert.InRange(worker.SecondsSinceSeen, 0, 600);

        await store.Nodes.GoneAsync("lab-1", "one", None);
        Assert.Equal("present", Assert.Single(await store.Nodes.ListAsync(None)).State);
        await store.Nodes.GoneAsync("lab-1", "two", None);
        Assert.Equal("gone", Assert.Single(await store.Nodes.ListAsync(None)).State);
        await store.Nodes.RegisterAsync(Node("lab-1"), "three", [Cpu], None);
        Assert.Equal("present", Assert.Single(await store.Nodes.ListAsync(None)).State);
    }

    [Fact]
    public async Task The_coordinator_in_charge_is_the_one_with_the_highest_epoch()
    {
        await using var store = await Store.CreateAsync(postgres);
        Assert.Null(await store.Nodes.CoordinatorAsync(None));
        await store.Ledger.TakeEpochAsync("a", 1, "akka://a", None);
        var epoch = await store.Ledger.TakeEpochAsync("b", 2, "akka://b", None);
        await store.ExecuteAsync("UPDATE coordinators SET heartbeat_at = now() - interval '1 hour'");
        Assert.InRange((await store.Nodes.CoordinatorAsync(None))!.SecondsSinceHeartbeat, 3600, 7200);

        await store.Ledger.HeartbeatAsync(epoch, None);
        var coordinator = await store.Nodes.CoordinatorAsync(None);
        Assert.Equal((epoch, "b", 2, "akka://b"), (coordinator!.Epoch, coordinator.Host, coordinator.ProcessId, coordinator.Address));
        Assert.InRange(coordinator.SecondsSinceHeartbeat, 0, 600);
    }

    [Fact]
    public async Task A_schedule_is_kept_replaced_advanced_and_removed()
    {
        await using var store = await Store.CreateAsync(postgres);
        var request = new Storage.Schedules.ScheduleRequest("nightly", "30 1 * * *", "Europe/Berlin", "n.yaml", "name: n", TimeSpan.FromHours(36));
        var before = await store.Schedules.NowAsync(None);
        var id = await store.Schedules.PutAsync(request, None);
        var kept = Assert.Single(await store.Schedules.ListAsync(None));
        Assert.Equal(
            (id, "nightly", "30 1 * * *", "Europe/Berlin", "n.yaml", "name: n", TimeSpan.FromHours(36), null),
            (kept.ScheduleId, kept.Name, kept.Cron, kept.Zone, kept.FileName, kept.SweepText, kept.CatchUp, kept.LastRunId));
        Assert.True(kept.FiredUpTo >= before);

        var fire = kept.FiredUpTo.AddDays(1);
        await store.Schedules.AdvanceAsync(id, fire, None);
        await store.Schedules.AdvanceAsync(id, kept.FiredUpTo, None);
        var run = await store.Runs.SubmitAsync(Plans.Of(1, 1), new("n.yaml", "name: n", "v", 0, id, fire), None);
        Assert.Equal(id, await store.Schedules.PutAsync(request with { Cron = "0 2 * * *" }, None));
        var replaced = Assert.Single(await store.Schedules.ListAsync(None));
        Assert.Equal(("0 2 * * *", fire, run, "queued"), (replaced.Cron, replaced.FiredUpTo, replaced.LastRunId, replaced.LastRunState));

        Assert.True(await store.Schedules.RemoveAsync("nightly", None));
        Assert.False(await store.Schedules.RemoveAsync("nightly", None));
        Assert.Empty(await store.Schedules.ListAsync(None));
        Assert.NotEqual(id, await store.Schedules.PutAsync(request, None));
        Assert.Equal("nightly", await store.AskAsync<string>("SELECT schedule FROM v_runs"));
    }
}
