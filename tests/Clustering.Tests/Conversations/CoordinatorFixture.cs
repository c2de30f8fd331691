using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Hosting;
using AttnSweep.Clustering.Nodes;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Coordinator;
using AttnSweep.Coordinator.Dispatch;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Sweeps;
using AttnSweep.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AttnSweep.Clustering.Tests.Conversations;

/// <summary>A real coordinator on a real PostgreSQL, and a worker's node beside it that talks to it over remoting on loopback.</summary>
public sealed class CoordinatorFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private Database _database = null!;
    private IHost _coordinatorNode = null!;
    private IHost _workerNode = null!;

    /// <summary>Of the database that the coordinator works on.</summary>
    public string ConnectionString { get; private set; } = "";

    public CoordinatorTimings Timings { get; } = CoordinatorTimings.Default;

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await postgres.CreateMigratedAsync();
        _database = new Database(ConnectionString, DatabaseRole.App);
        var parts = CoordinatorParts.On(_database, Timings, TimeProvider.System, null, "0.1.0");
        var port = FreePort();
        _coordinatorNode = Node(ClusterRoles.Coordinator, port, port, akka => akka.WithCoordinatorSingleton((_, _, _) => Props.Create(() => new CoordinatorActor(parts))));
        _workerNode = Node(ClusterRoles.Worker, 0, port, akka => akka.WithCoordinatorProxy());
        await _coordinatorNode.StartAsync();
        await _workerNode.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in new[] { _workerNode, _coordinatorNode })
        {
            await node.Services.GetRequiredService<ActorSystem>().Terminate();
            node.Dispose();
        }

        await _database.DisposeAsync();
        await postgres.Server.DropDatabaseAsync(ConnectionString);
    }

    /// <summary>One shard of two cells, in the queue.</summary>
    public Task<long> SubmitAsync()
    {
        IReadOnlyList<PlannedCell> cells =
        [
            new PlannedCell(0, KernelSpec.Plain("flash"), Backends.CpuSimd, 1, 1 << 20),
            new PlannedCell(0, Examples.TopK, Backends.CpuSimd, 1, 1 << 20),
        ];
        var plan = new SweepPlan("conversation", [Examples.Input], [new PlannedShard(0, Backends.CpuSimd, 0, 2, true, 2)], cells, MeasureRules.Quick, new SparsityRules(64));
        return new RunStore(_database).SubmitAsync(plan, new RunRequest("test.yaml", "name: conversation", "0.1.0"), CancellationToken.None);
    }

    /// <summary>Addresses of the coordinator's node and of the worker's.</summary>
    internal IReadOnlyList<Address> Addresses =>
        [.. new[] { _coordinatorNode, _workerNode }.Select(node => ((ExtendedActorSystem)node.Services.GetRequiredService<ActorSystem>()).Provider.DefaultAddress)];

    /// <summary>Someone on the worker's node who speaks to the coordinator as workers do.</summary>
    internal Voice Speak() => Voice.On(_workerNode);

    /// <summary>The same on the coordinator's own node, where nothing is serialised and so nothing stays unseen.</summary>
    internal Voice SpeakLocally() => Voice.On(_coordinatorNode);

    private static IHost Node(string role, int port, int coordinator, Action<AkkaConfigurationBuilder> actors)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddAkka(ClusterNode.SystemName, (akka, _) => actors(akka.WithNode(new NodeOptions(role, "127.0.0.1", port, [$"127.0.0.1:{coordinator}"]))));
        return builder.Build();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Says something to the coordinator and hears what comes back.</summary>
internal sealed class Voice(IActorRef coordinator, IActorRef ear, ChannelReader<object> heard)
{
    public static Voice On(IHost node)
    {
        var heard = Channel.CreateUnbounded<object>();
        var system = node.Services.GetRequiredService<ActorSystem>();
        return new Voice(
            node.Services.GetRequiredService<IRequiredActor<CoordinatorKey>>().ActorRef,
            system.ActorOf(Props.Create(() => new Ear(heard.Writer))), heard.Reader);
    }

    public void Say(object command) => coordinator.Tell(command, ear);

    public async Task<object> HearAsync() => await heard.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>What came since the last look.</summary>
    public IReadOnlyList<object> Heard()
    {
        var all = new List<object>();
        while (heard.TryRead(out var one))
        {
            all.Add(one);
        }

        return all;
    }

    /// <summary>Says it again every half second, as workers do, until an answer of this kind comes; other answers are passed over.</summary>
    public async Task<T> AskAsync<T>(object command)
    {
        using var again = new PeriodicTimer(TimeSpan.FromSeconds(0.5), TimeProvider.System);
        while (true)
        {
            Say(command);
            await again.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            while (heard.TryRead(out var answer))
            {
                if (answer is T wanted)
                {
                    return wanted;
                }
            }
        }
    }

    private sealed class Ear : UntypedActor
    {
        private readonly ChannelWriter<object> _heard;

        public Ear(ChannelWriter<object> heard) => _heard = heard;

        protected override void OnReceive(object message) => _heard.TryWrite(message);
    }
}
