namespace AttnSweep.Coordinator;

/// <summary>A coordinator: one of the nodes that may host the singleton which grants leases and records results.</summary>
public static class CoordinatorProcess
{
    /// <summary>Runs until cancelled (hands the singleton over) or until the cluster downs it. Returns the exit code.</summary>
    public static Task<int> RunAsync(CoordinatorOptions options, CancellationToken stopping) => throw new NotImplementedException();
}

/// <param name="ConnectionString">PostgreSQL; the role attnsweep_app is used inside.</param>
/// <param name="Host">Address that other nodes reach this one at, and that it binds to.</param>
/// <param name="Port">Fixed, since workers look for it there.</param>
/// <param name="Seeds">host:port of all coordinators, the same list everywhere.</param>
/// <param name="OnlyRun">Grant shards of this run only, and fire no schedule (how <c>attnsweep run</c> uses it); null grants all.</param>
/// <param name="CodeVersion">Version and commit of this build.</param>
public sealed record CoordinatorOptions(
    string ConnectionString, string Host, int Port, IReadOnlyList<string> Seeds, long? OnlyRun, string CodeVersion);
