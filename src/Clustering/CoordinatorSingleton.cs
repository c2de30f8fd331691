using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.DependencyInjection;
using Akka.Hosting;

namespace AttnSweep.Clustering;

/// <summary>The registry's key for the way to the coordinator: a proxy that follows the singleton from node to node.</summary>
public sealed class CoordinatorKey
{
    private CoordinatorKey()
    {
    }
}

/// <summary>The one actor of the cluster that grants leases and records results, and the way to it.</summary>
public static class CoordinatorSingleton
{
    private const string Name = "coordinator";

    /// <summary>
    /// Messages that a proxy keeps while no coordinator is there. Everything a worker says is said again until answered, so
    /// that a small buffer loses nothing; a large one would greet a new coordinator with minutes of stale requests.
    /// </summary>
    internal const int ProxyBuffer = 100;

    /// <summary>Registers <see cref="CoordinatorKey"/> on a node that never hosts the coordinator.</summary>
    public static AkkaConfigurationBuilder WithCoordinatorProxy(this AkkaConfigurationBuilder builder) =>
        builder.WithSingletonProxy<CoordinatorKey>(Name, Options());

    /// <summary>Lets this node host the coordinator, and registers <see cref="CoordinatorKey"/>.</summary>
    public static AkkaConfigurationBuilder WithCoordinatorSingleton(
        this AkkaConfigurationBuilder builder, Func<ActorSystem, IActorRegistry, IDependencyResolver, Props> coordinator) =>
        builder.WithSingleton<CoordinatorKey>(Name, coordinator, Options(), createProxyToo: true);

    private static ClusterSingletonOptions Options() => new() { Role = ClusterRoles.Coordinator, BufferSize = ProxyBuffer };
}
