using Akka.Actor;
using Akka.Hosting;
using AttnSweep.Clustering.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AttnSweep.Clustering.Tests.Infrastructure;

/// <summary>A node exactly as the product configures it, alone: it listens on a free port and looks for a coordinator that is not there.</summary>
public sealed class ClusterNodeFixture : IAsyncLifetime
{
    private readonly IHost _host;

    public ClusterNodeFixture()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddAkka(ClusterNode.SystemName, (akka, _) => akka.WithNode(new NodeOptions(ClusterRoles.Worker, "127.0.0.1", 0, ["127.0.0.1:1"])));
        _host = builder.Build();
    }

    public ExtendedActorSystem System { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _host.StartAsync();
        System = (ExtendedActorSystem)_host.Services.GetRequiredService<ActorSystem>();
    }

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        _host.Dispose();
    }
}
