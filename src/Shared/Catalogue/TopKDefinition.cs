using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>Keeps the k largest scores of every row, exactly; scores of all visible keys are needed to know which.</summary>
public sealed class TopKDefinition : KernelDefinition
{
    public override string Name => "topk";

    public override string Summary => "keeps the k keys of largest score per query, renormalised; every score is still computed";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
        [new("k", "keys kept per query, 1 to n", IsCount: true, Minimum: 0)];

    /// <summary>The choice of keys, and so the time of selecting them, hangs on the scores.</summary>
    public override bool IsDataDependent => true;

    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel) =>
        input.Heads * CappedRows(input.N, kernel.Count("k"), input.Causal);

    /// <summary>Selection compares and moves but multiplies nothing, so it counts no FLOPs (paper 4I gives it n^2 operations).</summary>
    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) =>
        2.0 * input.D * input.VisiblePairs + 2.0 * input.D * keptPairs;

    /// <summary>On cpu-simd lists with room for all n keys for a block of rows.</summary>
    public override long MemoryBytes(InputSpec input, KernelSpec kernel) => CpuScratch.Selection(input);

    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel) =>
        IsOnIlgpu(backend) ? input.TensorBytes + ScoreMatrixBytes(input) : MemoryBytes(input, kernel);
}
