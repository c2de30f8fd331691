using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>Keeps the keys whose softmax weight exceeds epsilon, or whose score lies less than a margin below the row's largest; scores of all visible keys are needed to know which.</summary>
public sealed class ThresholdDefinition : KernelDefinition
{
    public override string Name => "threshold";

    public override string Summary => "keeps keys with softmax weight above epsilon, or with a score less than a margin below the row's largest, renormalised; every score is still computed";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        new("epsilon", "smallest softmax weight that is dropped no more; greater than 0, 1/n is the average weight", IsCount: false, Minimum: 0),
        new("margin", "instead of epsilon: how far below the row's largest score a key is still kept, in natural logarithms of weight; greater than 0", IsCount: false, Minimum: 0),
    ];

    public override bool TakesOneParameter => true;

    public override bool IsDataDependent => true;

    /// <summary>Paper 4A: a row of m visible keys keeps m (1 - frac_le(tau, m, epsilon)). Within a few percent while sigma^2 is below 0.6 sqrt(2 ln n); an estimate above, and for a margin.</summary>
    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel) =>
        input.Heads * (kernel.Parameters.TryGetValue("margin", out var margin)
            ? ThresholdDensity.KeptPairsOfOneHeadWithin(input, margin)
            : ThresholdDensity.KeptPairsOfOneHead(input, kernel["epsilon"]));

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) =>
        2.0 * input.D * input.VisiblePairs + 2.0 * input.D * keptPairs;

    /// <summary>On cpu-simd a block's lists have room for every key: how many a row keeps is not known before.</summary>
    public override long MemoryBytes(InputSpec input, KernelSpec kernel) => CpuScratch.Selection(input);

    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel) =>
        IsOnIlgpu(backend) ? input.TensorBytes + ScoreMatrixBytes(input) : MemoryBytes(input, kernel);
}
