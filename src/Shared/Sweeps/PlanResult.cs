using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.Sweeps;

/// <summary>A plan, or what stands in its way.</summary>
public sealed record PlanResult(SweepPlan? Plan, IReadOnlyList<PlanProblem> Problems);

/// <summary>Why a well-formed sweep has no plan.</summary>
/// <param name="Formula">The formula that fails, by reference; null when it is the sweep as a whole.</param>
public sealed record PlanProblem(Expression? Formula, ExpressionMistake Mistake);

/// <param name="ShardSeconds">A shard is closed when one more cell would take it beyond this; a longer cell gets a shard of its own.</param>
/// <param name="MaxCells">Bounds the memory of a plan.</param>
public sealed record PlannerOptions(double ShardSeconds = 5, int MaxCells = 10_000_000)
{
    public CostEstimate Cost { get; init; } = new();
}
