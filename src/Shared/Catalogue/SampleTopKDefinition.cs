using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>The k largest scores exactly, and an estimate of the rest from a uniform sample (vAttention).</summary>
public sealed class SampleTopKDefinition : KernelDefinition
{
    public override string Name => "sample-topk";

    public override string Summary => "keeps the k keys of largest score per query and a uniform sample of the others, weighted to stand for all of them; every score is still computed";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        new("k", "keys of largest score kept per query, 1 to n", IsCount: true, Minimum: 0),
        new("samples", "other keys drawn per query, without replacement, 1 to n", IsCount: true, Minimum: 0),
    ];

    public override bool IsDataDependent => true;

    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel) =>
        input.Heads * CappedRows(input.N, (int)Math.Min(input.N, (long)kernel.Count("k") + kernel.Count("samples")), input.Causal);

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) =>
        2.0 * input.D * input.VisiblePairs + 2.0 * input.D * keptPairs;

    public override long MemoryBytes(InputSpec input, KernelSpec kernel) => CpuScratch.Tensors(input) + CpuScratch.PackedKeys(input) + CpuScratch.WholeRowsPerThread(input);

    /// <summary>On ILGPU the scores, and 32 bytes for each row's random order.</summary>
    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel) =>
        IsOnIlgpu(backend) ? input.TensorBytes + ScoreMatrixBytes(input) + 32L * input.Heads * input.N : MemoryBytes(input, kernel);
}
