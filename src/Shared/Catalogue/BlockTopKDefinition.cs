using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>Keeps whole blocks of keys, chosen by mean query and mean key (docs/kernels.md).</summary>
public sealed class BlockTopKDefinition : KernelDefinition
{
    public override string Name => "block-topk";

    public override string Summary => "keeps the key blocks whose mean key scores best with the query block's mean query, renormalised";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        new("block", "queries and keys per block, 1 to n", IsCount: true, Minimum: 0),
        new("keep", "keys kept per query, rounded up to whole blocks, 1 to n", IsCount: true, Minimum: 0),
    ];

    /// <summary>Exact when causal or when block divides n; otherwise the short last block is taken to be chosen as often as any other.</summary>
    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel)
    {
        var (block, blocks, kept) = Shape(input, kernel);
        if (!input.Causal)
            return input.Heads * (double)input.N * input.N * kept / blocks;

        // Only the last block can be short, and a query block never sees a later one: all chosen blocks but its own are full.
        var full = input.N / block;
        var rest = input.N - full * block;
        var rising = Math.Min(kept, full);
        var others = rising * (rising - 1.0) / 2 + (full - rising) * (kept - 1.0);
        var pairs = full * Triangle(block) + others * block * block;
        if (rest > 0)
            pairs += Triangle(rest) + (kept - 1.0) * block * rest;
        return input.Heads * pairs;
    }

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs)
    {
        var (_, blocks, _) = Shape(input, kernel);
        var blockPairs = input.Heads * (input.Causal ? Triangle(blocks) : (double)blocks * blocks);
        return 4.0 * input.D * keptPairs + 2.0 * input.D * blockPairs;
    }

    /// <summary>Tensors, keys packed block by block, mean keys, and for each thread block scores and the choice.</summary>
    public override long MemoryBytes(InputSpec input, KernelSpec kernel)
    {
        var (block, blocks, _) = Shape(input, kernel);
        var means = (blocks + 31L) / 32 * 32;
        return CpuScratch.Tensors(input) + CpuScratch.PackedKeys(input, input.N, block) + CpuScratch.StreamingPerThread(input, block)
            + 4L * input.Heads * input.D * means + 8 * 8L * (means + 16);
    }

    /// <summary>On ILGPU tensors, mean queries and keys, all block scores (float32) and chosen blocks (int32).</summary>
    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel)
    {
        if (!IsOnIlgpu(backend))
            return MemoryBytes(input, kernel);
        var (_, blocks, kept) = Shape(input, kernel);
        return input.TensorBytes + 4L * input.Heads * blocks * (2L * input.D + blocks + kept);
    }

    private static (int Block, int Blocks, int Kept) Shape(InputSpec input, KernelSpec kernel)
    {
        var block = Math.Clamp(kernel.Count("block"), 1, input.N);
        var blocks = (int)(((long)input.N + block - 1) / block);
        var kept = (int)Math.Clamp(((long)kernel.Count("keep") + block - 1) / block, 1, blocks);
        return (block, blocks, kept);
    }

    private static double Triangle(double n) => n * (n + 1) / 2;
}
