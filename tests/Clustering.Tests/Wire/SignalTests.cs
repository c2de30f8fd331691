using AttnSweep.Clustering.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AttnSweep.Clustering.Tests.Wire;

public sealed class SignalTests
{
    /// <summary>The process-level proof is InterruptionTests of Cluster.Tests, with Ctrl-C to the whole group.</summary>
    [Fact]
    public void A_node_leaves_signals_to_the_program()
    {
        using var host = ClusterNode.Build(new NodeOptions(ClusterRoles.Worker, "127.0.0.1", 0, ["127.0.0.1:1"]), (_, _) => { }, null);
        Assert.IsType<UnhurriedLifetime>(host.Services.GetRequiredService<IHostLifetime>());
    }
}
