using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Event;
using Akka.Hosting;
using Akka.Remote.Hosting;
using AttnSweep.Clustering.Logging;
using AttnSweep.Clustering.Security;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;

namespace AttnSweep.Clustering.Nodes;

/// <summary>The settings that every node shares. Timings and their consequences were measured; see docs/adr on split brains.</summary>
internal static class NodeConfiguration
{
    /// <summary>
    /// What Akka.Hosting has no typed option for. Joining is quickened (defaults wait 5 s for a seed and gate its address for 5 s);
    /// the singleton's proxy warns of a coordinator missing "after 30 seconds" in the first second of every start, so that warning is off;
    /// serializer id 1, Newtonsoft with <c>$type</c>, is replaced, since the flag stops outgoing messages only. The CLR hook would answer
    /// SIGINT by itself: a Ctrl-C that a terminal sends to the whole process group ended the coordinator (exit code 70) before the
    /// launcher could drain its workers.
    /// </summary>
    private static readonly string Untyped = $$"""
        akka.cluster.split-brain-resolver { stable-after = 7s, down-all-when-unstable = off }
        akka.cluster { seed-node-timeout = 2s, retry-unsuccessful-join-after = 2s }
        akka.cluster { periodic-tasks-initial-delay = 100ms, gossip-interval = 500ms, leader-actions-interval = 300ms }
        akka.cluster.singleton-proxy.singleton-identification-interval = 500ms
        akka.cluster.singleton-proxy.log-singleton-identification-failure = off
        akka.remote { retry-gate-closed-for = 1s, log-frame-size-exceeding = {{WireLimits.MessageBytes}}b }
        akka.actor.serialization-settings.allow-unregistered-types = false
        akka.actor.serializers.json = "{{RejectJson.TypeName}}"
        akka.actor.serialization-identifiers { "{{RejectJson.TypeName}}" = 1 }
        akka.coordinated-shutdown.phases.service-requests-done.timeout = 20s
        akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
        akka.stdout-loglevel = OFF
        akka.log-dead-letters = off
        akka.log-dead-letters-during-shutdown = off
        """;

    public static AkkaConfigurationBuilder WithNode(this AkkaConfigurationBuilder builder, NodeOptions options) => builder
        .WithWireFormat()
        .WithRemoting(new RemoteOptions
        {
            HostName = options.Host,
            PublicHostName = options.Host,
            Port = options.Port,
            MaxFrameSize = WireLimits.FrameBytes,
            SendBufferSize = 2 * WireLimits.FrameBytes,
            ReceiveBufferSize = 2 * WireLimits.FrameBytes,
            EnableSsl = options.Tls is not null,
            Ssl = options.Tls is { } tls ? Mutual(tls) : new SslOptions(),
        })
        .WithClustering(new ClusterOptions
        {
            Roles = [options.Role],
            SeedNodes = options.SeedAddresses(),
            SplitBrainResolver = new KeepMajorityOption { Role = ClusterRoles.Coordinator },
            FailureDetector = new PhiAccrualFailureDetectorOptions
            {
                HeartbeatInterval = TimeSpan.FromSeconds(1),
                AcceptableHeartbeatPause = TimeSpan.FromSeconds(5),
                Threshold = 10,
            },
        })
        .ConfigureLoggers(loggers =>
        {
            loggers.LogLevel = LogSettings.Level;
            loggers.ClearLoggers();
            loggers.AddLogger<StandardErrorLoggerActor>();
        })
        .AddHocon(Untyped, HoconAddMode.Prepend);

    /// <summary>
    /// Both sides show a certificate of our own authority. The peer check replaces the machine's store and host names; the built-in
    /// validation stays on, since it is what calls the check.
    /// </summary>
    private static SslOptions Mutual(NodeTls tls) => new()
    {
        X509Certificate = tls.Node,
        SuppressValidation = false,
        RequireMutualAuthentication = true,
        ValidateCertificateHostname = false,
        CustomValidator = (certificate, _, peer, _, log) =>
        {
            var refused = certificate is null ? "it showed no certificate" : PeerCheck.WhyRefused(certificate, tls.Authorities, TimeProvider.System.GetUtcNow());
            if (refused is not null)
            {
                log.Log(LogLevel.WarningLevel, null, $"a connection with {peer} was refused: {refused}");
            }

            return refused is null;
        },
    };

    /// <summary>The project's own messages by their fixed names, and nothing else.</summary>
    internal static AkkaConfigurationBuilder WithWireFormat(this AkkaConfigurationBuilder builder) => builder.WithCustomSerializer(
        "attnsweep", [typeof(DispatchProtocol.ICommand), typeof(DispatchProtocol.IEvent), typeof(Bundle)], system => new WireSerializer(system));
}
