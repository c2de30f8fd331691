using System.Collections.Immutable;
using AttnSweep.Sweeps;
using AttnSweep.Worker;

namespace AttnSweep.Cli.Benchmarks;

/// <summary>Plans of shards that measure nothing. Pure.</summary>
internal static class EmptyPlan
{
    /// <param name="seconds">How long a device pretends to work on a shard.</param>
    /// <param name="trials">Made-up trials of each cell; 0 yields cells without a time.</param>
    public static SweepPlan Of(string name, int shards, int cellsPerShard, double seconds = 0, int trials = 0)
    {
        var inputs = new List<InputSpec>(shards);
        var planned = new List<PlannedShard>(shards);
        var cells = new List<PlannedCell>(shards * cellsPerShard);
        var kernels = Enumerable.Range(0, cellsPerShard)
            .Select(i => new KernelSpec("flash", ImmutableSortedDictionary<string, double>.Empty, FormattableString.Invariant($"flash({i})"))).ToList();
        for (var shard = 0; shard < shards; shard++)
        {
            inputs.Add(new InputSpec(InputModels.Independent, 1, 256, 32, 1, shard, false));
            planned.Add(new PlannedShard(shard, NullDevices.Backend, shard * cellsPerShard, cellsPerShard, MeasuresSparsity: false, seconds));
            cells.AddRange(kernels.Select(kernel => new PlannedCell(shard, kernel, NullDevices.Backend, seconds / cellsPerShard, 1 << 20)));
        }

        return new SweepPlan(name, inputs, planned, cells, MeasureRules.Quick with { Trials = trials, MinSeconds = seconds }, null);
    }
}
