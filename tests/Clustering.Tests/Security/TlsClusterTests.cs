using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Akka.Hosting;
using AttnSweep.Clustering.Nodes;
using AttnSweep.Clustering.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AttnSweep.Clustering.Tests.Security;

/// <summary>Real nodes over real sockets with real certificates. The limit on each test only keeps a hang from hanging the suite.</summary>
[Trait("Category", "slow")]
public sealed class TlsClusterTests : IAsyncLifetime
{
    private const int HangGuard = 120_000;
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("ours", Now, TimeSpan.FromDays(30));
    private readonly CertificateAuthority _stranger = CertificateAuthority.Create("ours", Now, TimeSpan.FromDays(30));
    private readonly List<IHost> _nodes = [];
    private readonly int _port = FreePort();
    private readonly LogEar _refusals = new();
    private ActorSystem _coordinator = null!;

    public async ValueTask InitializeAsync()
    {
        _coordinator = await StartAsync(ClusterRoles.Coordinator, _port, Of(_authority, "coordinator"));
        _refusals.ListenTo(_coordinator);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.Services.GetRequiredService<ActorSystem>().Terminate();
            node.Dispose();
        }

        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nodes_of_one_authority_join_and_strangers_change_nothing_for_them()
    {
        var strangers = new[]
        {
            await StartAsync(ClusterRoles.Worker, 0, Of(_stranger, "wrong-authority")),
            await StartAsync(ClusterRoles.Worker, 0, Of(_authority, "ended", Now - TimeSpan.FromDays(3), TimeSpan.FromDays(2))),
            await StartAsync(ClusterRoles.Worker, 0, null),
        };
        await SendStrayBytesAsync();
        foreach (var reason in new[] { "'wrong-authority' was not issued by this cluster's authority", "'ended' ended on", "not an SSL/TLS record" })
        {
            await _refusals.HeardAsync(reason);
        }

        var worker = await StartAsync(ClusterRoles.Worker, 0, Of(_authority, "bench-3"));
        await UpAsync(worker);

        Assert.Equal(
            new[] { Cluster.Get(_coordinator).SelfAddress, Cluster.Get(worker).SelfAddress }.Order(),
            Cluster.Get(_coordinator).State.Members.Select(m => m.Address).Order());
        Assert.Equal("akka.ssl.tcp", Cluster.Get(worker).SelfAddress.Protocol);
        Assert.All(strangers, stranger => Assert.DoesNotContain(Cluster.Get(stranger).State.Members, m => m.Status == MemberStatus.Up));
    }

    private static Task UpAsync(ActorSystem node)
    {
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cluster.Get(node).RegisterOnMemberUp(up.SetResult);
        return up.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    private async Task SendStrayBytesAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: attnsweep\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(0, await client.GetStream().ReadAtLeastAsync(new byte[16], 16, throwOnEndOfStream: false, TestContext.Current.CancellationToken));
    }

    private async Task<ActorSystem> StartAsync(string role, int port, NodeTls? tls)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddAkka(ClusterNode.SystemName, (akka, _) => akka.WithNode(new NodeOptions(role, "127.0.0.1", port, [$"127.0.0.1:{_port}"], tls)));
        var host = builder.Build();
        _nodes.Add(host);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host.Services.GetRequiredService<ActorSystem>();
    }

    /// <summary>Every node trusts our authority, strangers too: what keeps them out is what they show.</summary>
    private NodeTls Of(CertificateAuthority issuer, string name, DateTimeOffset? from = null, TimeSpan? lifetime = null) =>
        new(issuer.Issue(name, [], from ?? Now, lifetime ?? TimeSpan.FromDays(30)), [_authority.Certificate]);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Hears what a node logs.</summary>
internal sealed class LogEar
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<string> _heard = [];

    public void ListenTo(ActorSystem system)
    {
        var ear = system.ActorOf(Props.Create(() => new Listener(_lines.Writer)));
        system.EventStream.Subscribe(ear, typeof(LogEvent));
    }

    /// <summary>Waits until a line with this text was, or is, logged.</summary>
    public async Task HeardAsync(string text)
    {
        while (!_heard.Any(line => line.Contains(text, StringComparison.Ordinal)))
        {
            _heard.Add(await _lines.Reader.ReadAsync(TestContext.Current.CancellationToken));
        }
    }

    private sealed class Listener : UntypedActor
    {
        private readonly ChannelWriter<string> _lines;

        public Listener(ChannelWriter<string> lines) => _lines = lines;

        protected override void OnReceive(object message) => _lines.TryWrite($"{message} {(message as LogEvent)?.Cause}");
    }
}
