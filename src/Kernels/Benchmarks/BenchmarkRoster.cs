using System.Collections.Immutable;
using System.Globalization;
using AttnSweep.Catalogue;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Benchmarks;

/// <summary>The kernels that <c>bench kernels</c> compares, with parameters at which sparsity is of use.</summary>
public static class BenchmarkRoster
{
    private const int Block = 64;
    private const int HyperBlock = 256;

    /// <summary>Dense flash, then each sparse kernel at 1 to 50 % of the keys; a case that two densities share at small n appears once.</summary>
    /// <param name="names">Kernels to take; empty means all.</param>
    public static IReadOnlyList<KernelSpec> For(InputSpec input, IReadOnlyList<string> names)
    {
        var n = input.N;
        var block = Math.Min(Block, n);
        KernelSpec BlockTopK(double share) => Kernel("block-topk", ("block", block), ("keep", Math.Max(block, Count(n, share))));
        IEnumerable<KernelSpec> all =
        [
            KernelSpec.Plain(KernelCatalogue.DenseBaseline),
            Kernel("threshold", ("epsilon", EpsilonKeeping(input, 0.01))),
            Kernel("threshold", ("epsilon", EpsilonKeeping(input, 0.05))),
            Kernel("topk", ("k", Count(n, 0.01))),
            Kernel("topk", ("k", Count(n, 0.05))),
            Kernel("window", ("width", Count(n, 0.125))),
            Kernel("sink-window", ("sinks", Math.Min(16, n)), ("width", Count(n, 0.125))),
            BlockTopK(0.10),
            BlockTopK(0.25),
            BlockTopK(0.50),
        ];
        if (n >= 16 * Block)
        {
            all = all.Append(Kernel("bigbird", ("block", Block), ("window", 3), ("global", 1), ("random", 3)));
        }

        if (n >= 32 * HyperBlock)
        {
            all = all.Append(Kernel("hyper", ("bits", 7), ("block", HyperBlock), ("samples", HyperBlock), ("minimum", n / 4)));
        }

        return [.. all.DistinctBy(k => k.Variant).Where(k => names.Count == 0 || names.Contains(k.Name))];
    }

    /// <summary>The epsilon that keeps so large a share of the visible pairs in expectation (paper 4A), by bisection on its logarithm.</summary>
    public static double EpsilonKeeping(InputSpec input, double share)
    {
        var definition = KernelCatalogue.Find("threshold")!;
        var (low, high) = (-80.0, 0.0);
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            var kept = definition.ExpectedKeptPairs(input, Kernel("threshold", ("epsilon", Math.Exp(middle))));
            (low, high) = kept > share * input.VisiblePairs ? (middle, high) : (low, middle);
        }

        return Math.Exp(low);
    }

    private static int Count(int n, double share) => Math.Clamp((int)(n * share), 1, n);

    private static KernelSpec Kernel(string name, params (string Name, double Value)[] parameters) => new(
        name, parameters.ToImmutableSortedDictionary(p => p.Name, p => p.Value),
        $"{name}({string.Join(", ", parameters.Select(p => p.Name + "=" + p.Value.ToString("0.####e0", CultureInfo.InvariantCulture)))})");
}
