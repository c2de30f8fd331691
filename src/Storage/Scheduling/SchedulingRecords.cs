namespace AttnSweep.Storage.Scheduling;

/// <param name="BudgetSeconds">Device time that a run may use; null: no limit.</param>
public sealed record RunLimits(double? BudgetSeconds, DateTimeOffset? Deadline)
{
    public static RunLimits None { get; } = new(null, null);
}

/// <summary>A device of the cluster, as last seen.</summary>
/// <param name="State">Of its worker: present or gone.</param>
/// <param name="QuarantinedBecause">Null unless it is under quarantine.</param>
/// <param name="RunId">Of the shard that it has; null while it has none.</param>
public sealed record ClusterDevice(
    string Worker, string DeviceId, string Backend, string Name, long MemoryBytes, int ComputeUnits, string State, bool Draining, string Labels,
    string? QuarantinedBecause, long? RunId, long? ShardId);

/// <summary>All that is known of a cell.</summary>
/// <param name="Attempts">Grants of its shard, the first first.</param>
public sealed record CellStory(CellFacts Facts, IReadOnlyList<CellAttempt> Attempts);

/// <param name="Outcome">Null while it has no result.</param>
/// <param name="Failures">How often it ended its runner.</param>
public sealed record CellFacts(
    long CellId, long RunId, long ShardId, string Variant, string Backend, int N, int D, double Sigma, long Seed, string ShardState, int Failures,
    long MemoryBytes, string? Outcome, string? Detail, int? ResultAttempt);

/// <param name="Ending">Null while it is held.</param>
/// <param name="BlamedCell">The cell that was running when it ended badly.</param>
/// <param name="Detail">The last lines that the runner wrote, or what else is known.</param>
public sealed record CellAttempt(
    int Attempt, string Worker, string Device, DateTimeOffset GrantedAt, DateTimeOffset? EndedAt, string? Ending, long? BlamedCell, string? Detail);
