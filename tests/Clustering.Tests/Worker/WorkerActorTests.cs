using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Protocol;
using AttnSweep.Worker;
using AttnSweep.Worker.Dispatch;
using AttnSweep.Worker.Reports;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Clustering.Tests.Worker;

/// <summary>The worker's side of the conversation, with a probe in the coordinator's place and shell scripts as runners.</summary>
public sealed class WorkerActorTests : TestKit
{
    private const string Quiet = "cat > /dev/null";
    private const string Measures = """
        read line
        echo '{"event":"cell-finished","result":{"cellId":100,"outcome":"unsupported","detail":"no","error":null,"keptPairs":0,"usefulFlops":0,"denseFlops":1,"trials":[]}}'
        echo '{"event":"shard-finished","shardId":7,"attempt":1}'
        read more
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("worker-").FullName;
    private readonly TestProbe _coordinator;
    private readonly List<string> _turnedAway = [];
    private Spool? _spool;

    public WorkerActorTests() => _coordinator = CreateTestProbe();

    [Fact]
    public async Task It_introduces_itself_asks_measures_and_forgets_what_was_recorded()
    {
        var worker = Start(Measures);
        await WelcomeAsync(worker, epoch: 3);
        await GrantAsync(worker, Shards.Work(kernels: [Shards.Flash]));

        var chunk = await NextAsync<ReportChunk>();
        Assert.Equal((0, true, 100L), (chunk.Chunk, chunk.Final, Assert.Single(chunk.Results).CellId));
        Assert.Single(Directory.GetFiles(_folder, "*.json"));

        worker.Tell(new ChunkRecorded(3, chunk.Lease, 0));
        await AwaitConditionAsync(() => Task.FromResult(Directory.GetFiles(_folder, "*.json").Length == 0));
    }

    [Fact]
    public async Task A_crash_gives_the_shard_back_with_the_cell_that_ran()
    {
        var worker = Start("""read line; echo '{"event":"cell-started","stage":"verify","cellId":100,"share":0.1}'; echo boom >&2; exit 9""");
        await WelcomeAsync(worker, epoch: 3);
        await GrantAsync(worker, Shards.Work(kernels: [Shards.Flash]));

        var returned = await NextAsync<ReturnShard>();
        Assert.Equal((AttemptEnding.Crashed, 100L), (returned.Ending, returned.CellId));
        Assert.Contains("boom", returned.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stage_beyond_its_deadline_times_out()
    {
        var worker = Start(Quiet);
        await WelcomeAsync(worker, epoch: 3);
        await GrantAsync(worker, Shards.Work(deadline: 0.2, kernels: [Shards.Flash]));
        Assert.Equal(AttemptEnding.TimedOut, (await NextAsync<ReturnShard>()).Ending);
    }

    [Fact]
    public async Task A_new_coordinator_learns_of_the_lease_and_the_old_one_is_not_heard_any_more()
    {
        var worker = Start(Quiet);
        await WelcomeAsync(worker, epoch: 3);
        var work = Shards.Work(kernels: [Shards.Flash]);
        await GrantAsync(worker, work);

        worker.Tell(new IntroductionNeeded(4));
        Assert.Equal([work.Lease], (await NextAsync<Introduce>()).Holding);
        worker.Tell(new Welcomed(4, TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(200)));
        worker.Tell(new LeaseLost(3, work.Lease, "says an old one"));
        Assert.Equal(work.Lease, Assert.Single((await NextAsync<RenewLeases>()).Leases).Lease);

        worker.Tell(new LeaseLost(4, work.Lease, "says the new one"));
        await NextAsync<RequestShard>();
    }

    [Fact]
    public async Task Its_end_gives_the_shard_back_and_says_farewell()
    {
        var worker = Start(Quiet);
        await WelcomeAsync(worker, epoch: 3);
        await GrantAsync(worker, Shards.Work(kernels: [Shards.Flash]));

        var drained = worker.Ask<Drained>(new Drain(), TimeSpan.FromSeconds(30));
        var returned = await NextAsync<ReturnShard>();
        Assert.Equal(AttemptEnding.Returned, returned.Ending);
        worker.Tell(new ReturnRecorded(3, returned.Lease));
        await NextAsync<Farewell>();
        await drained;
    }

    [Fact]
    public async Task What_an_earlier_process_left_is_reported()
    {
        var lease = new Lease(1, 7, 1, 3);
        using (var earlier = new Spool(_folder, _ => { }))
        {
            earlier.Keep([Shards.Chunk(lease, 0, true)]);
        }

        var worker = Start(Quiet);
        Assert.Equal([lease], (await WelcomeAsync(worker, epoch: 4)).Holding);
        var chunk = await NextAsync<ReportChunk>();
        Assert.Equal(lease, chunk.Lease);
        Assert.NotEqual("i", chunk.Incarnation);
    }

    [Fact]
    public async Task It_ends_when_the_cluster_turns_it_away()
    {
        var worker = Start(Quiet);
        await NextAsync<Introduce>();
        worker.Tell(new TurnedAway(3, "another version"));
        await AwaitConditionAsync(() => Task.FromResult(_turnedAway.Contains("another version")));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _spool?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private IActorRef Start(string script)
    {
        var options = new WorkerOptions("w", "127.0.0.1", 0, [], [], 1, _folder, ["/bin/sh", "-c", script, "runner"], "test");
        var node = new NodeInfo("w", "host", 1, "test", ImmutableSortedDictionary<string, string>.Empty, "f");
        _spool = new Spool(_folder, _ => { });
        var (parts, coordinator, spool) = (new WorkerParts(options, node, [CpuSimdDevice.Describe()], TimeProvider.System, _turnedAway.Add), _coordinator.Ref, _spool);
        return Sys.ActorOf(Props.Create(() => new WorkerActor(parts, coordinator, spool)));
    }

    private async Task<Introduce> WelcomeAsync(IActorRef worker, long epoch)
    {
        var introduced = await NextAsync<Introduce>();
        worker.Tell(new Welcomed(epoch, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)));
        return introduced;
    }

    private async Task GrantAsync(IActorRef worker, ShardWork work)
    {
        await NextAsync<RequestShard>();
        worker.Tell(new ShardGranted(work.Lease.Epoch, "cpu-simd", work, TimeSpan.FromSeconds(30)));
    }

    /// <summary>The next message of this kind; others are passed over.</summary>
    private async Task<T> NextAsync<T>() => (T)await _coordinator.FishForMessageAsync(message => message is T, TimeSpan.FromSeconds(30));
}
