using Akka.Actor;
using AttnSweep.Clustering;
using AttnSweep.Clustering.Security;
using AttnSweep.Coordinator.Dispatch;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Nodes;

namespace AttnSweep.Coordinator;

/// <summary>A coordinator: one of the nodes that may host the singleton which grants leases and records results.</summary>
public static class CoordinatorProcess
{
    /// <summary>A worker that lost its coordinator for longer has ended by itself.</summary>
    private static readonly TimeSpan ReunionWithin = TimeSpan.FromSeconds(30);

    /// <summary>Runs until cancelled (hands the singleton over) or until the cluster downs it. Returns the exit code.</summary>
    /// <exception cref="DatabaseProblemException">The database cannot be used; nothing was started.</exception>
    /// <exception cref="ArgumentException">The environment holds a wrong setting.</exception>
    public static async Task<int> RunAsync(CoordinatorOptions options, CancellationToken stopping)
    {
        var timings = CoordinatorTimings.FromEnvironment(Environment.GetEnvironmentVariable(CoordinatorTimings.LeaseVariable));
        await using var database = new Database(options.ConnectionString, DatabaseRole.App, dispatches: true);
        await using (await database.OpenAsync(stopping))
        {
            // A wrong password is told now, in one line, not by a coordinator that retries for ever.
        }

        // Three coordinators find each other; were they to ask workers too, a part of them might join a cluster that the others have left.
        IReadOnlyList<string> reunion = options.Seeds.Count == 1 ? await new NodeStore(database).AddressesAsync(ReunionWithin, stopping) : [];
        await Console.Error.WriteLineAsync(FormattableString.Invariant($"attnsweep: coordinator at {options.Host}:{options.Port}; `attnsweep workers` shows who has come"));
        var parts = CoordinatorParts.On(database, timings, TimeProvider.System, options.OnlyRun, options.CodeVersion);
        return await ClusterNode.RunAsync(
            new NodeOptions(ClusterRoles.Coordinator, options.Host, options.Port, options.Seeds, options.Tls, options.Insecure) { Reunion = reunion },
            (akka, _) => akka.WithCoordinatorSingleton((_, _, _) => Props.Create(() => new CoordinatorActor(parts))),
            null,
            stopping);
    }
}

/// <param name="ConnectionString">PostgreSQL; the role attnsweep_app is used inside.</param>
/// <param name="Host">Address that other nodes reach this one at, and that it binds to.</param>
/// <param name="Port">Fixed, since workers look for it there.</param>
/// <param name="Seeds">host:port of all coordinators, the same list everywhere.</param>
/// <param name="OnlyRun">Grant shards of this run only, and fire no schedule (how <c>attnsweep run</c> uses it); null grants all.</param>
/// <param name="CodeVersion">Version and commit of this build.</param>
/// <param name="Tls">This node's certificates; null speaks plainly.</param>
/// <param name="Insecure">Speak plainly even where other machines can reach the address.</param>
public sealed record CoordinatorOptions(
    string ConnectionString, string Host, int Port, IReadOnlyList<string> Seeds, long? OnlyRun, string CodeVersion,
    NodeTls? Tls = null, bool Insecure = false);
