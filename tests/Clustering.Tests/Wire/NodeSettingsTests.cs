using Akka.Cluster;
using Akka.Cluster.SBR;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Clustering.Wire;

namespace AttnSweep.Clustering.Tests.Wire;

/// <summary>Settings are text until a running node has read them: these are read back from one.</summary>
public sealed class NodeSettingsTests(ClusterNodeFixture node) : IClassFixture<ClusterNodeFixture>
{
    [Fact]
    public void Only_coordinators_count_when_a_network_splits()
    {
        var resolver = node.System.Settings.Config.GetConfig("akka.cluster.split-brain-resolver");
        Assert.Equal("keep-majority", resolver.GetString("active-strategy"));
        Assert.Equal(ClusterRoles.Coordinator, resolver.GetString("keep-majority.role"));
        Assert.Equal(TimeSpan.FromSeconds(7), resolver.GetTimeSpan("stable-after"));
        Assert.IsType<SplitBrainResolverProvider>(Cluster.Get(node.System).DowningProvider);
    }

    [Fact]
    public void Many_changes_at_once_do_not_take_the_cluster_down() =>
        Assert.Equal("off", node.System.Settings.Config.GetString("akka.cluster.split-brain-resolver.down-all-when-unstable"));

    [Fact]
    public void Ctrl_C_is_not_answered_behind_the_programs_back() =>
        Assert.False(node.System.Settings.Config.GetBoolean("akka.coordinated-shutdown.run-by-clr-shutdown-hook", true));

    [Fact]
    public void Only_registered_types_are_sent() =>
        Assert.False(node.System.Settings.Config.GetBoolean("akka.actor.serialization-settings.allow-unregistered-types", true));

    [Fact]
    public void The_frame_holds_the_largest_message()
    {
        var transport = node.System.Settings.Config.GetConfig("akka.remote.dot-netty.tcp");
        Assert.Equal(WireLimits.FrameBytes, transport.GetByteSize("maximum-frame-size"));
        Assert.True(transport.GetByteSize("send-buffer-size") >= WireLimits.FrameBytes);
        Assert.True(transport.GetByteSize("receive-buffer-size") >= WireLimits.FrameBytes);
        Assert.True(WireLimits.MessageBytes < WireLimits.FrameBytes && 2 * WireLimits.ChunkBytes < WireLimits.MessageBytes);
    }

    [Fact]
    public void The_node_has_its_role_and_its_address()
    {
        var cluster = Cluster.Get(node.System);
        Assert.Equal([ClusterRoles.Worker], cluster.SelfRoles);
        Assert.Equal((ClusterNode.SystemName, "127.0.0.1"), (cluster.SelfAddress.System, cluster.SelfAddress.Host));
        Assert.Equal([$"akka.tcp://{ClusterNode.SystemName}@127.0.0.1:1"], cluster.Settings.SeedNodes.Select(a => a.ToString()));
    }
}
