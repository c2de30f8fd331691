using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.Sweeps;

/// <summary>A plan, or what stands in its way.</summary>
public sealed record PlanResult(SweepPlan? Plan, IReadOnlyList<PlanProblem> Problems);

/// <summary>Why a well-formed sweep has no plan.</summary>
/// <param name="Formula">The formula that fails, by reference; null when it is no single one.</param>
public sealed record PlanProblem(PlanSubject Subject, Expression? Formula, ExpressionMistake Mistake);

/// <summary>The part of a sweep that a problem lies in.</summary>
public enum PlanSubject
{
    Formula,
    Input,
    Axes,
    Filters,
}

/// <param name="ShardSeconds">A shard is closed when one more cell would take it beyond this; a longer cell may get a shard of its own.</param>
/// <param name="CellsPerBaseline">
/// Where one dense measurement takes long, a shard may last this many of them: each shard repeats the dense baseline, and
/// shards of single cells would spend half of the machine on it.
/// </param>
/// <param name="MaxCells">Bounds the memory of a plan.</param>
public sealed record PlannerOptions(double ShardSeconds = 5, double CellsPerBaseline = 4, int MaxCells = 10_000_000)
{
    public CostEstimate Cost { get; init; } = new();
}
