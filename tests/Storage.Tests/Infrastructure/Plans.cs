using System.Collections.Immutable;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using AttnSweep.Statistics;
using AttnSweep.Sweeps;

namespace AttnSweep.Tests.Infrastructure;

/// <summary>Small plans, and reports as a worker would write them.</summary>
internal static class Plans
{
    /// <summary>One shard per input; every input has the same number of cells.</summary>
    public static SweepPlan Of(int shards, int cellsPerShard, double seconds = 1, long memoryBytes = 1 << 20, string name = "test")
    {
        var inputs = Enumerable.Range(1, shards).Select(seed => new InputSpec(InputModels.Independent, 1, 256, 32, 1.0, seed, false)).ToList();
        var cells = inputs.SelectMany((_, i) => Enumerable.Range(0, cellsPerShard).Select(c => new PlannedCell(
            i, c == 0 ? KernelSpec.Plain("flash") : TopK(c), Backends.CpuSimd, seconds / cellsPerShard, memoryBytes))).ToList();
        var planned = inputs.Select((_, i) => new PlannedShard(i, Backends.CpuSimd, i * cellsPerShard, cellsPerShard, true, seconds)).ToList();
        return new SweepPlan(name, inputs, planned, cells, MeasureRules.Quick, new SparsityRules(64));
    }

    public static KernelSpec TopK(int k) =>
        new("topk", ImmutableSortedDictionary<string, double>.Empty.Add("k", k), $"topk(k={k})");

    public static DispatchProtocol.ReportChunk Report(
        ShardWork work, int chunk = 0, bool final = true, IEnumerable<CellResult>? results = null, string worker = Store.Worker) => new(
            worker, $"{worker}/first", work.Lease, "cpu-simd", chunk, final,
            [.. results ?? work.Cells.Select(cell => Ok(cell.CellId))], work.Sparsity is null ? null : Sparsity());

    public static CellResult Ok(long cellId, params double[][] trials)
    {
        double[][] series = trials.Length > 0 ? trials : [[10, 12, 11, 14, 10.5], [11, 11.5, 12, 13, 12.5]];
        return new CellResult(
            cellId, Outcome.Ok, null, new KernelError(256, 0.01, 0.02, 0.1, 1e-7, 2e-7, 0, 0.03, 0.04), 32768, 4e6, 8e6,
            [.. series.Select((samples, trial) => new TrialResult(
                trial, samples, SampleStatistics.Summarise(samples, 0.95), "converged", 2, 1, 0.01, 20 + trial))],
            ImmutableSortedDictionary<string, double>.Empty.Add("pack", 1.5));
    }

    public static CellResult Not(long cellId, Outcome outcome) => new(cellId, outcome, "why not", null, 0, 0, 8e6, []);

    public static SparsityResult Sparsity() => new(
        64,
        SparsityMetrics.All.ToImmutableSortedDictionary(name => name, name => new MetricSummary(name.Length, 1, 0, 1, 2, 0, 3)),
        ImmutableSortedDictionary<string, double>.Empty.Add(SparsityMetrics.Entropy, 5.05));
}
