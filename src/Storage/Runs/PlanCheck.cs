using AttnSweep.Sweeps;

namespace AttnSweep.Storage.Runs;

/// <summary>What must hold of a plan before it is written: every cell in exactly one shard, and every index inside its list. Pure.</summary>
internal static class PlanCheck
{
    /// <exception cref="ArgumentException">The plan contradicts itself.</exception>
    public static void Demand(SweepPlan plan)
    {
        if (plan.Cells.Count == 0)
        {
            throw new ArgumentException("the plan has no cells: there is nothing to run", nameof(plan));
        }

        var covered = 0;
        var sparsityOf = new HashSet<int>();
        foreach (var shard in plan.Shards)
        {
            if (shard.FirstCell != covered || shard.CellCount is < 1 or > PlannedShard.MaxCells || shard.FirstCell + shard.CellCount > plan.Cells.Count)
            {
                throw new ArgumentException(
                    $"a shard has cells {shard.FirstCell} to {shard.FirstCell + shard.CellCount - 1}; expected to begin at {covered}, with 1 to {PlannedShard.MaxCells} of {plan.Cells.Count} cells",
                    nameof(plan));
            }

            if (shard.MeasuresSparsity && !sparsityOf.Add(shard.Input))
            {
                throw new ArgumentException($"two shards measure the sparsity of input {shard.Input}", nameof(plan));
            }

            for (var c = shard.FirstCell; c < shard.FirstCell + shard.CellCount; c++)
            {
                if (plan.Cells[c].Input != shard.Input || plan.Cells[c].Backend != shard.Backend)
                {
                    throw new ArgumentException($"cell {c} has another input or backend than its shard", nameof(plan));
                }
            }

            covered += shard.CellCount;
        }

        if (covered != plan.Cells.Count)
        {
            throw new ArgumentException($"the shards hold {covered} of {plan.Cells.Count} cells", nameof(plan));
        }
    }
}
