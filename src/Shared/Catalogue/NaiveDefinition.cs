using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>Dense attention the textbook way, with the whole score matrix in memory.</summary>
public sealed class NaiveDefinition : KernelDefinition
{
    public override string Name => "naive";

    public override string Summary => "dense; materialises the n x n scores, then softmax, then the product with V";

    public override IReadOnlyList<ParameterDefinition> Parameters => [];

    public override bool IsDense => true;

    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel) => input.VisiblePairs;

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) => DenseFlops(input);

    public override long MemoryBytes(InputSpec input, KernelSpec kernel) =>
        CpuScratch.Tensors(input) + CpuScratch.PackedKeys(input) + 4L * input.Heads * ((input.N + 5L) / 6 * 6) * ((input.N + 63L) / 64 * 64) + CpuScratch.TilePerThread(input);

    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel) =>
        IsOnIlgpu(backend) ? input.TensorBytes + ScoreMatrixBytes(input) : MemoryBytes(input, kernel);
}
