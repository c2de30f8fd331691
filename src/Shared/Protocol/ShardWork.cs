using AttnSweep.Sweeps;

namespace AttnSweep.Protocol;

/// <summary>One grant of a shard. The attempt is the fencing token: it rises with every grant.</summary>
public sealed record Lease(long RunId, long ShardId, int Attempt, long Epoch);

/// <summary>Everything a runner needs to measure a shard.</summary>
/// <param name="Cells">The cells of the shard that have no result yet.</param>
/// <param name="Sparsity">Present when this shard measures its input's sparsity and that is still missing.</param>
public sealed record ShardWork(
    Lease Lease, long InputId, InputSpec Input, string Backend,
    IReadOnlyList<CellWork> Cells, SparsityRules? Sparsity, MeasureRules Measure)
{
    /// <summary>Estimated device time; 0 where nobody estimated it.</summary>
    public double Seconds { get; init; }
}

/// <summary>One cell to measure.</summary>
/// <param name="DeadlineSeconds">The runner is killed when the cell takes longer than this.</param>
public sealed record CellWork(long CellId, KernelSpec Kernel, double DeadlineSeconds);
