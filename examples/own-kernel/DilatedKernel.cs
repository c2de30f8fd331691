using System.Collections.Immutable;
using AttnSweep.Catalogue;
using AttnSweep.Kernels.Own;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace Dilated;

/// <summary>
/// A dilated sliding window (Longformer, arXiv 2004.05150, section 3.1): query i keeps itself and the keys i - m step and i + m step for m = 1 .. reach, of
/// those that it sees. With step 1 it is a sliding window of 2 reach + 1 keys.
/// </summary>
public sealed class DilatedKernel : OwnKernel
{
    public override string Name => "dilated";

    public override string Summary => "keeps every step-th key within reach steps of the query, renormalised";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        new("reach", "keys kept on each side of the query, 0 to n", IsCount: true, Minimum: 0, Least: 0),
        new("step", "distance between kept keys, 1 to n", IsCount: true, Minimum: 0),
    ];

    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel)
    {
        var (reach, step) = (kernel.Count("reach"), kernel.Count("step"));
        var pairs = 0.0;
        for (var i = 0; i < input.N; i++)
        {
            pairs += 1 + Math.Min(reach, i / step) + (input.Causal ? 0 : Math.Min(reach, (input.N - 1 - i) / step));
        }

        return input.Heads * pairs;
    }

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) => 4.0 * input.D * keptPairs;

    /// <summary>Tensors, and on cpu-simd the scores of one row for each thread (256 at most).</summary>
    public override long MemoryBytes(InputSpec input, KernelSpec kernel) =>
        input.TensorBytes + 256 * sizeof(float) * Math.Min(input.N, 2L * kernel.Count("reach") + 1);

    public override KeptKeys Keep(InputSpec input, KernelSpec kernel, int head, int row, ReadOnlySpan<double> scores, double scoreError)
    {
        var keys = new KeptKeys();
        var (first, last) = Range(input, kernel, row);
        for (var key = first; key <= last; key += kernel.Count("step"))
        {
            keys.Kept.Add(key);
        }

        return keys;
    }

    public override IEnumerable<KernelSpec> Examples(InputSpec input) =>
        from reach in new[] { 0, Math.Min(5, input.N), input.N }
        from step in new[] { 1, Math.Min(7, input.N) }
        select new KernelSpec(
            Name, ImmutableSortedDictionary<string, double>.Empty.Add("reach", reach).Add("step", step), $"dilated(reach={reach},step={step})") { Build = Build };

    public override CpuLaunch PrepareOnCpu(CpuWork work) => new DilatedOnCpu(work).Launch;

    public override Action PrepareOnGpu(GpuWork work)
    {
        var attend = DilatedOnGpu.Load(work.Accelerator);
        return () => attend(work.Problem.Heads * work.Problem.N, work.Problem, work.Kernel.Count("reach"), work.Kernel.Count("step"), work.Q, work.K, work.V, work.Output);
    }

    /// <summary>The first and the last key that a row keeps; those between lie a step apart.</summary>
    internal static (int First, int Last) Range(InputSpec input, KernelSpec kernel, int row)
    {
        var (reach, step) = (kernel.Count("reach"), kernel.Count("step"));
        return (row - Math.Min(reach, row / step) * step, input.Causal ? row : row + Math.Min(reach, (input.N - 1 - row) / step) * step);
    }
}
