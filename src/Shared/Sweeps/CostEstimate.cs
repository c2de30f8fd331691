using AttnSweep.Catalogue;
using AttnSweep.Scheduling.Costs;

namespace AttnSweep.Sweeps;

/// <summary>
/// Device time before anything was measured: FLOPs at a default rate. Rates are orders of magnitude of one device each
/// (cpu-simd: two cores with AVX-512 measured at 100 to 300; the others from the same notes). Where stored results were fitted, they count.
/// </summary>
public sealed record CostEstimate
{
    /// <summary>FLOPs per second by backend.</summary>
    public IReadOnlyDictionary<string, double> FlopsPerSecond { get; init; } = new Dictionary<string, double>
    {
        [Backends.CpuSimd] = 100e9,
        [Backends.Cuda] = 10_000e9,
        [Backends.OpenCl] = 10e9,
        [Backends.IlgpuCpu] = 0.1e9,
    };

    /// <summary>A launch costs this much, however small it is.</summary>
    public double LaunchSeconds { get; init; } = 20e-6;

    /// <summary>Rate of the double-precision reference and of the sparsity metrics, on one core.</summary>
    public double ReferenceFlopsPerSecond { get; init; } = 2e9;

    /// <summary>Fitted to stored results; what it does not know is estimated from FLOPs.</summary>
    public CostModel Model { get; init; } = CostModel.Empty;

    /// <summary>One launch, in seconds: as fitted, else from its FLOPs.</summary>
    public double Launch(KernelDefinition definition, InputSpec input, KernelSpec kernel, string backend) =>
        Model.Seconds(definition.Name, backend, input.N, input.D, ByFlops(definition, input, kernel, backend));

    /// <summary>One launch by its FLOP count alone, in seconds.</summary>
    public double ByFlops(KernelDefinition definition, InputSpec input, KernelSpec kernel, string backend) =>
        LaunchSeconds + definition.UsefulFlops(input, kernel, definition.ExpectedKeptPairs(input, kernel)) / FlopsPerSecond[backend];

    /// <summary>All trials of a cell, warm-up included, in seconds: a series lasts as long as its rules demand at least.</summary>
    public static double Trials(double launch, MeasureRules rules)
    {
        var warmUp = Math.Max(rules.WarmUpLaunches * launch, rules.WarmUpSeconds);
        var series = Math.Clamp(rules.MinSamples * launch, rules.MinSeconds, Math.Max(rules.MinSeconds, rules.MaxSeconds));
        return rules.Trials * (warmUp + Math.Max(series, launch));
    }

    /// <summary>The double reference of the verified rows, in seconds.</summary>
    public double Verification(InputSpec input, MeasureRules rules) =>
        Math.Min(rules.VerifyRows, input.N) * input.VisiblePairs / input.N * 4 * input.D / ReferenceFlopsPerSecond;

    /// <summary>The metrics of the sampled rows, in seconds: scores, then a sort at some 4 operations per comparison.</summary>
    public double Sparsity(InputSpec input, SparsityRules rules) =>
        Math.Min(rules.Rows, (double)input.Heads * input.N) * input.N * (2.0 * input.D + 4 * Math.Log2(input.N + 1.0)) / ReferenceFlopsPerSecond;
}
