using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit;
using AttnSweep.Clustering.Tests.Infrastructure;
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

    private const string Unsupported =
        """{"cellId":100,"outcome":"unsupported","detail":"no","error":null,"keptPairs":0,"usefulFlops":0,"denseFlops":1,"trials":[]}""";

    private const string Yields = $$"""read line; echo '{"event":"cell-finished","result":{{Unsupported}}}'""";

    private readonly string _folder = Directory.CreateTempSubdirectory("worker-").FullName;
    private readonly TestProbe _coordinator;
    private readonly List<string> _turnedAway = [];
    private readonly ConcurrentQueue<string> _said = new();
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
        await AwaitConditionAsync(() => Task.FromResult(Directory.GetFiles(_folder, "*.json").Length == 1), TimeSpan.FromSeconds(30));

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

    [Theory]
    [InlineData("exit 9", AttemptEnding.Crashed)]
    [InlineData("kill -INT $$", AttemptEnding.Returned)]
    [InlineData("cat > /dev/null", AttemptEnding.TimedOut)]
    public async Task Outcomes_that_came_before_the_runner_failed_are_reported_before_the_shard_is_given_back(string fate, AttemptEnding ending)
    {
        var worker = Start($"{Yields}; echo 'the driver hangs' >&2; {fate}");
        await WelcomeAsync(worker, epoch: 3);
        await GrantAsync(worker, Shards.Work(deadline: 0.3, kernels: [Shards.Flash, Shards.TopK(4)]));

        var chunk = await NextAsync<ReportChunk>();
        Assert.Equal((0, false, 100L), (chunk.Chunk, chunk.Final, Assert.Single(chunk.Results).CellId));
        worker.Tell(new ChunkRecorded(3, chunk.Lease, 0));
        var returned = await NextAsync<ReturnShard>();
        Assert.Equal(ending, returned.Ending);
        Assert.Contains("its last words: the driver hangs", returned.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_early_outcome_is_told_while_the_rest_is_measured_and_the_end_follows_it()
    {
        var worker = Start($$"""{{Yields}}; until [ -e {{_folder}}/go ]; do sleep 0.05; done; echo '{"event":"shard-finished","shardId":7,"attempt":1}'; read more""");
        await WelcomeAsync(worker, epoch: 3);
        await GrantAsync(worker, Shards.Work(kernels: [Shards.Flash, Shards.TopK(4)]));

        var early = await NextAsync<ReportChunk>();
        Assert.Equal((0, false, 100L), (early.Chunk, early.Final, Assert.Single(early.Results).CellId));
        worker.Tell(new ChunkRecorded(3, early.Lease, 0));
        await File.WriteAllTextAsync(Path.Combine(_folder, "go"), "");
        var end = await NextAsync<ReportChunk>();
        Assert.Equal((1, true, 0), (end.Chunk, end.Final, end.Results.Count));
    }

    [Fact]
    public async Task Its_end_lets_a_shard_that_is_nearly_done_finish()
    {
        var worker = Start($$"""
            read line; echo '{"event":"cell-started","stage":"trial","cellId":100,"share":0.999}'; touch {{_folder}}/trial
            until [ -e {{_folder}}/go ]; do sleep 0.05; done
            echo '{"event":"cell-finished","result":{{Unsupported}}}'; echo '{"event":"shard-finished","shardId":7,"attempt":1}'; read more
            """);
        await WelcomeAsync(worker, epoch: 3);
        await GrantAsync(worker, Shards.Work(kernels: [Shards.Flash]));
        await AwaitConditionAsync(() => Task.FromResult(File.Exists(Path.Combine(_folder, "trial"))), TimeSpan.FromSeconds(30));
        // The line is read by another thread: a renewal that names the cell proves that it was heard.
        await FishForCellAsync(100);

        var drained = worker.Ask<Drained>(new Drain(), TimeSpan.FromSeconds(60));
        await File.WriteAllTextAsync(Path.Combine(_folder, "go"), "");
        var report = await NextAsync<ReportChunk>();
        Assert.True(report.Final);
        worker.Tell(new ChunkRecorded(3, report.Lease, 0));
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

    [Fact]
    public async Task The_person_at_the_terminal_is_told_once_of_each_coordinator()
    {
        var worker = Start("exit 0");
        await WelcomeAsync(worker, epoch: 4);
        worker.Tell(new Welcomed(4, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(0.2)));
        worker.Tell(new Welcomed(5, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(0.2)));
        await worker.Ask<ActorIdentity>(new Identify(null), TestContext.Current.CancellationToken);
        Assert.Equal(["worker w is at the service of the coordinator of epoch 4", "worker w is at the service of the coordinator of epoch 5"], _said);
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
        var probe = _coordinator.Ref;
        var (parts, coordinator, spool) = (new WorkerParts(options, node, [CpuSimdDevice.Describe()], TimeProvider.System, TimeSpan.FromSeconds(30), _turnedAway.Add) { Say = _said.Enqueue }, Sys.ActorOf(Props.Create(() => new Unpacking(probe))), _spool);
        return Sys.ActorOf(Props.Create(() => new WorkerActor(parts, coordinator, spool)));
    }

    private async Task<Introduce> WelcomeAsync(IActorRef worker, long epoch)
    {
        var introduced = await NextAsync<Introduce>();
        worker.Tell(new Welcomed(epoch, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(0.2)));
        return introduced;
    }

    private async Task GrantAsync(IActorRef worker, ShardWork work)
    {
        await NextAsync<RequestShard>();
        worker.Tell(new ShardGranted(work.Lease.Epoch, "cpu-simd", work, TimeSpan.FromSeconds(30)));
    }

    private async Task FishForCellAsync(long cell) =>
        await _coordinator.FishForMessageAsync(message => message is RenewLeases renewal && renewal.Leases.Any(l => l.CellId == cell), TimeSpan.FromSeconds(30));

    /// <summary>The next message of this kind; others are passed over.</summary>
    private async Task<T> NextAsync<T>() => (T)await _coordinator.FishForMessageAsync(message => message is T, TimeSpan.FromSeconds(30));
}
