using Akka.Actor;
using Akka.Hosting;
using AttnSweep.Clustering;
using AttnSweep.Clustering.Security;
using AttnSweep.Kernels.Devices;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;
using AttnSweep.Worker.Dispatch;
using AttnSweep.Worker.Machine;
using AttnSweep.Worker.Reports;
using AttnSweep.Worker.Runners;

namespace AttnSweep.Worker;

/// <summary>A worker: pulls shards for this machine's devices, one runner process per device.</summary>
public static class WorkerProcess
{
    /// <summary>The cluster does not want this worker, or another process has its spool: a restart would not change that.</summary>
    private const int ExitAskedWrongly = 2;

    /// <summary>Runs until cancelled (drains: gives its shards back) or until the cluster turns it away. Returns the exit code.</summary>
    /// <exception cref="DeviceNotFoundException">An asked-for device is not here.</exception>
    /// <exception cref="ArgumentException">The environment holds a wrong setting.</exception>
    public static async Task<int> RunAsync(WorkerOptions options, CancellationToken stopping)
    {
        var grace = DrainRule.GraceFromEnvironment(Environment.GetEnvironmentVariable(DrainRule.GraceVariable));
        var devices = options.NullDevices > 0
            ? NullDevices.Of(options.NullDevices)
            : Choose(DeviceCatalogue.Discover(new DeviceOptions(options.Threads, options.Devices.Any(d => d.StartsWith(Backends.IlgpuCpu, StringComparison.Ordinal)))), options.Devices);
        Spool spool;
        try
        {
            spool = new Spool(options.SpoolFolder, line => Console.Error.WriteLine($"attnsweep: {line}"));
        }
        catch (SpoolProblemException problem)
        {
            await Console.Error.WriteLineAsync($"attnsweep: {problem.Message}");
            return ExitAskedWrongly;
        }

        using (spool)
        {
            return await RunAsync(options, devices, spool, grace, stopping);
        }
    }

    private static async Task<int> RunAsync(WorkerOptions options, IReadOnlyList<DeviceInfo> devices, Spool spool, TimeSpan grace, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        string? turnedAway = null;
        var parts = new WorkerParts(options, NodeFacts.Read(options), devices, TimeProvider.System, grace, reason =>
        {
            turnedAway = reason;
            ending.Cancel();
        })
        { Say = line => Console.Error.WriteLine($"attnsweep: {line}") };
        if (options.NullDevices > 0)
        {
            parts = parts with { MakeRunner = (device, tell) => new NullRunner(device.Id, TimeProvider.System, tell) };
        }

        parts.Say($"worker {options.Name} offers {string.Join(", ", devices.Select(d => d.Id))} and looks for a coordinator at {string.Join(", ", options.Seeds)}");
        var code = await ClusterNode.RunAsync(
            new NodeOptions(ClusterRoles.Worker, options.Host, options.Port, options.Seeds, options.Tls, options.Insecure),
            (akka, _) => akka.WithCoordinatorProxy().WithActors((system, registry) => Start(system, registry.Get<CoordinatorKey>(), parts, spool)),
            null,
            ending.Token);
        if (turnedAway is null)
        {
            return code;
        }

        await Console.Error.WriteLineAsync($"attnsweep: the cluster turned worker {options.Name} away: {turnedAway}");
        return ExitAskedWrongly;
    }

    private static void Start(ActorSystem system, IActorRef coordinator, WorkerParts parts, Spool spool)
    {
        var worker = system.ActorOf(Props.Create(() => new WorkerActor(parts, coordinator, spool)), "worker");
        // Before the node leaves the cluster: what is given back must still reach the coordinator.
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceRequestsDone, "drain", async () =>
        {
            await worker.Ask<Drained>(new Drain(), DrainRule.Longest);
            return Akka.Done.Instance;
        });
    }

    private static IReadOnlyList<DeviceInfo> Choose(IReadOnlyList<DeviceInfo> here, IReadOnlyList<string> wanted)
    {
        foreach (var name in wanted.Where(w => here.All(d => d.Id != w && d.Backend != w)))
        {
            throw new DeviceNotFoundException($"no device '{name}' on this machine; there are: {string.Join(", ", here.Select(d => d.Id))}");
        }

        return wanted.Count == 0 ? here : [.. here.Where(d => wanted.Contains(d.Id) || wanted.Contains(d.Backend))];
    }
}

/// <param name="Name">Unique in the cluster; names the spool folder.</param>
/// <param name="Host">Address that other nodes reach this one at, and that it binds to.</param>
/// <param name="Port">0 picks a free port.</param>
/// <param name="Seeds">host:port of the coordinators.</param>
/// <param name="Devices">Device ids to offer, or backends; empty means all that are here.</param>
/// <param name="Threads">Threads of the cpu-simd device; 0 means all cores.</param>
/// <param name="SpoolFolder">Where results wait until they are acknowledged.</param>
/// <param name="RunnerCommand">Program and leading arguments that start a runner; --device and --threads are added.</param>
/// <param name="CodeVersion">Version and commit of this build.</param>
/// <param name="Tls">This node's certificates; null speaks plainly.</param>
/// <param name="Insecure">Speak plainly even where other machines can reach the address.</param>
public sealed record WorkerOptions(
    string Name, string Host, int Port, IReadOnlyList<string> Seeds, IReadOnlyList<string> Devices, int Threads,
    string SpoolFolder, IReadOnlyList<string> RunnerCommand, string CodeVersion,
    NodeTls? Tls = null, bool Insecure = false)
{
    /// <summary>What sweeps may require.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Above 0: offer so many <see cref="Worker.NullDevices"/> instead of what is here.</summary>
    public int NullDevices { get; init; }
}
