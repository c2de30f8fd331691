namespace AttnSweep.Worker;

/// <summary>A worker: pulls shards for this machine's devices, one runner process per device.</summary>
public static class WorkerProcess
{
    /// <summary>Runs until cancelled (drains: gives its shards back) or until the cluster turns it away. Returns the exit code.</summary>
    public static Task<int> RunAsync(WorkerOptions options, CancellationToken stopping) => throw new NotImplementedException();
}

/// <param name="Name">Unique in the cluster; names the spool folder.</param>
/// <param name="Host">Address that other nodes reach this one at, and that it binds to.</param>
/// <param name="Port">0 picks a free port.</param>
/// <param name="Seeds">host:port of the coordinators.</param>
/// <param name="Devices">Device ids to offer, or backends; empty means all that are here.</param>
/// <param name="Threads">Threads of the cpu-simd device; 0 means all cores.</param>
/// <param name="SpoolFolder">Where results wait until they are acknowledged.</param>
/// <param name="RunnerCommand">Program and leading arguments that start a runner.</param>
/// <param name="CodeVersion">Version and commit of this build.</param>
public sealed record WorkerOptions(
    string Name, string Host, int Port, IReadOnlyList<string> Seeds, IReadOnlyList<string> Devices, int Threads,
    string SpoolFolder, IReadOnlyList<string> RunnerCommand, string CodeVersion);
