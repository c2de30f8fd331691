using AttnSweep.Storage.Dispatch;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>Who may take the next epoch, and when.</summary>
public sealed class EpochTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_coordinator_that_is_heard_keeps_its_epoch_from_another_until_it_is_silent()
    {
        await using var store = await Store.CreateAsync(postgres);
        var first = await TakeAsync(store, "akka://a");
        await Assert.ThrowsAsync<EpochHeldException>(() => TakeAsync(store, "akka://b"));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM coordinators"));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM events WHERE kind = 'coordinator'"));

        await store.ExecuteAsync("UPDATE coordinators SET heartbeat_at = now() - interval '6 s'");
        Assert.True(await TakeAsync(store, "akka://b") > first);
        await Assert.ThrowsAsync<SupersededException>(() => store.Ledger.HeartbeatAsync(first, None));
    }

    [Fact]
    public async Task A_successor_at_the_same_address_and_one_of_a_coordinator_that_ended_wait_for_nobody()
    {
        await using var store = await Store.CreateAsync(postgres);
        var first = await TakeAsync(store, "akka://a");
        var second = await TakeAsync(store, "akka://a");
        Assert.True(second > first);
        await Assert.ThrowsAsync<EpochHeldException>(() => TakeAsync(store, "akka://b"));

        await store.Ledger.EndEpochAsync(second, None);
        Assert.True(await TakeAsync(store, "akka://b") > second);
    }

    [Fact]
    public async Task Where_workers_are_reached_is_known_of_those_heard_of_lately()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.Nodes.RegisterAsync(NodeTests.Node("lab-1"), "one", [NodeTests.Cpu], None, "akka.tcp://attnsweep@10.0.0.6:1");
        await store.Nodes.RegisterAsync(NodeTests.Node("lab-2"), "one", [NodeTests.Cpu], None, "akka.tcp://attnsweep@10.0.0.7:1");
        await store.Nodes.RegisterAsync(NodeTests.Node("lab-3"), "one", [NodeTests.Cpu], None, "akka.tcp://attnsweep@10.0.0.8:1");
        await store.Nodes.GoneAsync("lab-2", "one", None);
        await store.ExecuteAsync("UPDATE nodes SET seen_at = now() - interval '1 min' WHERE worker = 'lab-3'");

        Assert.Equal(["akka.tcp://attnsweep@10.0.0.6:1"], await store.Nodes.AddressesAsync(TimeSpan.FromSeconds(30), None));
    }

    private static Task<long> TakeAsync(Store store, string address) => store.Ledger.TakeEpochAsync("h", 1, address, None, Quiet);
}
