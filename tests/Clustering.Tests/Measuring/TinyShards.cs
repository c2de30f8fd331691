using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;

namespace AttnSweep.Clustering.Tests.Measuring;

/// <summary>Shards that are measured in milliseconds.</summary>
internal static class TinyShards
{
    public static InputSpec Input { get; } = new(InputModels.Independent, 1, 64, 32, 1, 3, false);

    /// <summary>Cells 101, 102, …, one for each kernel.</summary>
    public static ShardWork Of(int trials, params KernelSpec[] kernels) => Examples.Work(
        sparsity: new SparsityRules(16), cells: [.. kernels.Select((kernel, i) => new CellWork(101 + i, kernel, 60))]) with
    {
        Input = Input,
        Measure = new MeasureRules("quick", trials, 3, 5, 0, 0.5, 0.5, 0.95, 1, 0, 64),
    };
}
