using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Coordinator;
using AttnSweep.Coordinator.Dispatch;
using AttnSweep.Protocol;
using AttnSweep.Tests.Infrastructure;
using Npgsql;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Clustering.Tests.Singleton;

/// <summary>The coordinator's side of the conversation, on a real store, with a probe in a worker's place.</summary>
public sealed class CoordinatorActorTests(PostgresFixture postgres)
    : TestKit("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off, actor.provider = cluster, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }")
{
    private const string Older = "first-process";
    private const string Newer = "second-process";

    private static readonly CoordinatorTimings Timings = CoordinatorTimings.WithLease(TimeSpan.FromMinutes(1)) with
    {
        TidyEvery = TimeSpan.FromMilliseconds(100),
        LostAfter = TimeSpan.FromSeconds(1),
    };

    private readonly Queue<ShardGranted> _pushed = new();

    [Fact]
    public async Task A_worker_introduces_itself_pulls_a_shard_and_reports_it()
    {
        await using var store = await Store.CreateAsync(postgres);
        var run = await store.SubmitAsync(Plans.Of(shards: 1, cellsPerShard: 2));
        var (coordinator, worker) = Begin(store);

        await AskAsync<IntroductionNeeded>(coordinator, worker, Request(Older));
        var welcome = await AskAsync<Welcomed>(coordinator, worker, Introduction(Older));
        Assert.Equal(Timings.LeaseDuration, welcome.LeaseDuration);
        var granted = await AskAsync<ShardGranted>(coordinator, worker, Request(Older));
        Assert.Equal((welcome.Epoch, 1, 2), (granted.Epoch, granted.Work.Lease.Attempt, granted.Work.Cells.Count));
        Assert.Equal(Timings.AskAgainAfter, (await AskAsync<NothingToDo>(coordinator, worker, Request(Older))).AskAgainAfter);

        var report = Report(granted.Work, Older);
        Assert.Equal(0, (await AskAsync<ChunkRecorded>(coordinator, worker, report)).Chunk);
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM results"));
        await AskAsync<ChunkRecorded>(coordinator, worker, report);
        Assert.Equal(2, await store.AskAsync<long>("SELECT count(*) FROM results"));
        await AwaitConditionAsync(async () => await StateAsync(store, run) == "finished", TimeSpan.FromSeconds(20));
        await coordinator.GracefulStop(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_worker_of_another_protocol_is_turned_away_with_the_reason()
    {
        await using var store = await Store.CreateAsync(postgres);
        var (coordinator, worker) = Begin(store);
        await AskAsync<IntroductionNeeded>(coordinator, worker, Request(Older));
        var turned = await AskAsync<TurnedAway>(coordinator, worker, Introduction(Older) with { ProtocolVersion = DispatchProtocol.Version + 1 });
        Assert.Contains("run the same version on both", turned.Reason, StringComparison.Ordinal);
        await coordinator.GracefulStop(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_restarted_worker_may_still_report_what_its_killed_process_had_finished()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.SubmitAsync(Plans.Of(shards: 2, cellsPerShard: 1));
        var (coordinator, worker) = Begin(store);
        await IntroduceAsync(coordinator, worker, Older);
        var finished = (await AskAsync<ShardGranted>(coordinator, worker, Request(Older))).Work;
        var halfway = (await AskAsync<ShardGranted>(coordinator, worker, Request(Older))).Work;

        await AskAsync<Welcomed>(coordinator, worker, Introduction(Newer));
        await AskAsync<ChunkRecorded>(coordinator, worker, Report(finished, Newer));
        Assert.Contains("a name of its own", (await AskAsync<TurnedAway>(coordinator, worker, Request(Older))).Reason, StringComparison.Ordinal);

        // What the killed process was in the middle of comes back long before its lease of a minute ends.
        var again = await PullAsync(coordinator, worker, Newer);
        Assert.Equal((halfway.Lease.ShardId, 2), (again.Lease.ShardId, again.Lease.Attempt));
        await coordinator.GracefulStop(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_shard_given_back_is_granted_again_and_the_old_attempt_is_lost()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.SubmitAsync(Plans.Of(shards: 1, cellsPerShard: 2));
        var (coordinator, worker) = Begin(store);
        await IntroduceAsync(coordinator, worker, Older);
        var first = (await AskAsync<ShardGranted>(coordinator, worker, Request(Older))).Work;

        var returned = new ReturnShard(Examples.Worker, Older, first.Lease, Examples.Device, AttemptEnding.Crashed, first.Cells[0].CellId, "Segmentation fault");
        Assert.Equal(first.Lease, (await AskAsync<ReturnRecorded>(coordinator, worker, returned)).Lease);
        Assert.Equal(2, (await AskAsync<ShardGranted>(coordinator, worker, Request(Older))).Work.Lease.Attempt);

        Assert.Equal(first.Lease, (await AskAsync<LeaseLost>(coordinator, worker, Report(first, Older))).Lease);
        var renewal = new RenewLeases(Examples.Worker, Older, [new LeaseProgress(first.Lease, Examples.Device, null, 0.5)]);
        Assert.Equal(first.Lease, (await AskAsync<LeaseLost>(coordinator, worker, renewal)).Lease);
        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM results"));
        await coordinator.GracefulStop(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_farewell_gives_back_what_is_held()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.SubmitAsync(Plans.Of(shards: 1, cellsPerShard: 1));
        var (coordinator, worker) = Begin(store);
        await IntroduceAsync(coordinator, worker, Older);
        await AskAsync<ShardGranted>(coordinator, worker, Request(Older));
        coordinator.Tell(new Farewell(Examples.Worker, Older), worker);
        await AskAsync<Welcomed>(coordinator, worker, Introduction(Newer));
        Assert.Equal(2, (await PullAsync(coordinator, worker, Newer)).Lease.Attempt);
        await coordinator.GracefulStop(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_superseded_coordinator_ends_itself()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.SubmitAsync(Plans.Of(shards: 1, cellsPerShard: 1));
        var (coordinator, worker) = Begin(store);
        await IntroduceAsync(coordinator, worker, Older);
        await WatchAsync(coordinator);
        await store.TakeEpochAsync();
        await ExpectTerminatedAsync(coordinator, TimeSpan.FromSeconds(20));
        await Sys.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM attempts"));
    }

    [Fact]
    public async Task While_the_store_is_away_devices_are_told_to_wait_and_nothing_is_lost()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.SubmitAsync(Plans.Of(shards: 2, cellsPerShard: 1));
        var (coordinator, worker) = Begin(store);
        await IntroduceAsync(coordinator, worker, Older);
        var work = (await AskAsync<ShardGranted>(coordinator, worker, Request(Older))).Work;

        await OpenAsync(store, false);
        Assert.Equal(Timings.AskAgainWhenAway, (await AskAsync<NothingToDo>(coordinator, worker, Request(Older))).AskAgainAfter);
        await OpenAsync(store, true);

        await AskAsync<ChunkRecorded>(coordinator, worker, Report(work, Older));
        Assert.Equal(1, (await PullAsync(coordinator, worker, Older)).Lease.Attempt);
        await coordinator.GracefulStop(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task An_idle_device_is_given_work_as_soon_as_there_is_some_without_asking_again()
    {
        await using var store = await Store.CreateAsync(postgres);
        // Slower than the test's patience: what comes, comes because it was pushed.
        var (coordinator, worker) = Begin(store, Timings with { AskAgainAfter = TimeSpan.FromHours(1) });
        await IntroduceAsync(coordinator, worker, Older);
        await AskAsync<NothingToDo>(coordinator, worker, Request(Older));

        await store.SubmitAsync(Plans.Of(shards: 1, cellsPerShard: 1));
        var submitted = await worker.ExpectMsgAsync<ShardGranted>(TimeSpan.FromSeconds(30));
        Assert.Equal(1, submitted.Work.Lease.Attempt);

        // Asked for while nothing is left, then another's shard comes back.
        Assert.Equal(TimeSpan.FromHours(1), (await AskAsync<NothingToDo>(coordinator, worker, Request(Older))).AskAgainAfter);
        coordinator.Tell(new ReturnShard(Examples.Worker, Older, submitted.Work.Lease, Examples.Device, AttemptEnding.Returned, null, null), worker);
        await worker.ExpectMsgAsync<ReturnRecorded>(TimeSpan.FromSeconds(30));
        Assert.Equal(2, (await worker.ExpectMsgAsync<ShardGranted>(TimeSpan.FromSeconds(30))).Work.Lease.Attempt);
        await coordinator.GracefulStop(TimeSpan.FromSeconds(5));
    }

    private (IActorRef Coordinator, TestProbe Worker) Begin(Store store, CoordinatorTimings? timings = null)
    {
        var parts = CoordinatorParts.On(store.App, timings ?? Timings, TimeProvider.System, onlyRun: null, "0.1.0");
        return (Sys.ActorOf(Props.Create(() => new CoordinatorActor(parts))), CreateTestProbe());
    }

    /// <summary>As a worker does: says it again until it is answered, since a coordinator without an epoch yet is silent.</summary>
    private async Task<T> AskAsync<T>(IActorRef coordinator, TestProbe worker, ICommand command)
        where T : IEvent
    {
        for (var patience = 0; patience < 40; patience++)
        {
            coordinator.Tell(command, worker);
            switch (await worker.ReceiveOneAsync(TimeSpan.FromSeconds(0.5)))
            {
                case T answer:
                    return answer;
                case null or ChunkRecorded or ReturnRecorded or Welcomed or IntroductionNeeded or NothingToDo:
                    // A slow machine answers the repetition of something said before.
                    break;
                case ShardGranted unasked:
                    // Work appeared while the device was idle; whoever pulls next has it already.
                    _pushed.Enqueue(unasked);
                    break;
                case var other:
                    throw new Xunit.Sdk.XunitException($"expected {typeof(T).Name}, heard {other}");
            }
        }

        throw new Xunit.Sdk.XunitException($"no answer to {command}");
    }

    private async Task IntroduceAsync(IActorRef coordinator, TestProbe worker, string incarnation) =>
        await AskAsync<Welcomed>(coordinator, worker, Introduction(incarnation));

    /// <summary>Asks at the pace that it is told until a shard is granted, or is told of one while it is idle.</summary>
    private async Task<ShardWork> PullAsync(IActorRef coordinator, TestProbe worker, string incarnation)
    {
        if (_pushed.TryDequeue(out var pushed))
        {
            return pushed.Work;
        }

        coordinator.Tell(Request(incarnation), worker);
        for (var patience = 0; patience < 40; patience++)
        {
            switch (await worker.ReceiveOneAsync(Timings.AskAgainAfter))
            {
                case ShardGranted granted:
                    return granted.Work;
                case NothingToDo:
                    break;
                case null:
                    coordinator.Tell(Request(incarnation), worker);
                    break;
                case ChunkRecorded or ReturnRecorded or Welcomed:
                    // A slow machine answers the repetition of something said before.
                    break;
                case var other:
                    throw new Xunit.Sdk.XunitException($"asked for a shard, heard {other}");
            }
        }

        throw new Xunit.Sdk.XunitException("nothing was granted");
    }

    private async Task OpenAsync(Store store, bool open)
    {
        var name = new NpgsqlConnectionStringBuilder(store.ConnectionString).Database;
        await using var connection = new NpgsqlConnection(postgres.Server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"ALTER DATABASE {name} ALLOW_CONNECTIONS {open}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND NOT {open}", connection);
        await command.ExecuteNonQueryAsync();
    }

    private static Task<string?> StateAsync(Store store, long run) => store.AskAsync<string>("SELECT state FROM runs WHERE run_id = @run", new { run });

    private static Introduce Introduction(string incarnation) => Examples.Introduction(incarnation: incarnation) with { Holding = [] };

    private static RequestShard Request(string incarnation) => new(Examples.Worker, incarnation, Examples.Device);

    private static ReportChunk Report(ShardWork work, string incarnation) => Plans.Report(work) with { Worker = Examples.Worker, Incarnation = incarnation };
}
