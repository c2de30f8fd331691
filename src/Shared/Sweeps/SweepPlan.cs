namespace AttnSweep.Sweeps;

/// <summary>
/// What a sweep file asks for, worked out in full: a pure function of the file. Indices are positions in these lists;
/// the store gives ids when the plan is submitted.
/// </summary>
public sealed record SweepPlan(
    string Name,
    IReadOnlyList<InputSpec> Inputs,
    IReadOnlyList<PlannedShard> Shards,
    IReadOnlyList<PlannedCell> Cells,
    MeasureRules Measure,
    SparsityRules? Sparsity)
{
    /// <summary>Labels that a worker must have.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>Memory that the largest cell needs, in bytes.</summary>
    public long MemoryBytes => Cells.Count == 0 ? 0 : Cells.Max(c => c.MemoryBytes);

    /// <summary>Estimated device time of the whole sweep, in seconds.</summary>
    public double Seconds => Shards.Sum(s => s.Seconds);
}

/// <summary>Cells that travel together: one input, one backend, sized by estimated cost.</summary>
/// <param name="Input">Index into <see cref="SweepPlan.Inputs"/>.</param>
/// <param name="Backend">The backend that all its cells run on; one of <see cref="Backends"/>.</param>
/// <param name="FirstCell">Index of its first cell; its cells are contiguous in <see cref="SweepPlan.Cells"/>.</param>
/// <param name="CellCount">How many cells it has, at most <see cref="MaxCells"/>.</param>
/// <param name="MeasuresSparsity">Exactly one shard of each input measures the input's sparsity, where the sweep asks for it.</param>
/// <param name="Seconds">Estimated device time in seconds.</param>
public sealed record PlannedShard(int Input, string Backend, int FirstCell, int CellCount, bool MeasuresSparsity, double Seconds)
{
    /// <summary>Keeps a report of one shard, every sample included, in a few bounded frames.</summary>
    public const int MaxCells = 64;
}

/// <summary>One kernel on one input on one backend.</summary>
/// <param name="Seconds">Estimated device time in seconds, trials and verification included.</param>
/// <param name="MemoryBytes">Memory that the kernel needs beside and including its tensors.</param>
public sealed record PlannedCell(int Input, KernelSpec Kernel, string Backend, double Seconds, long MemoryBytes);

/// <summary>What runs a kernel.</summary>
public static class Backends
{
    public const string CpuSimd = "cpu-simd";
    public const string Cuda = "cuda";
    public const string OpenCl = "opencl";

    /// <summary>ILGPU's CPU accelerator: a debugging tool, never used unless a sweep names it.</summary>
    public const string IlgpuCpu = "ilgpu-cpu";

    public static IReadOnlyList<string> All { get; } = [CpuSimd, Cuda, OpenCl, IlgpuCpu];
}
