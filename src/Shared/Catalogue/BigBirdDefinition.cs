using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>Window, global and random blocks (BigBird; without random ones, Longformer in blocks). Which pairs are kept hangs on shape and seed alone.</summary>
public sealed class BigBirdDefinition : KernelDefinition
{
    public override string Name => "bigbird";

    public override string Summary => "keeps a window of key blocks, the first blocks for and from everybody, and random blocks, renormalised";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        new("block", "queries and keys per block, 1 to n", IsCount: true, Minimum: 0),
        new("window", "blocks in the window around the query's own block, 1 to all", IsCount: true, Minimum: 0),
        new("global", "first blocks that every query sees and whose queries see everything, 0 to all", IsCount: true, Minimum: 0, Least: 0),
        new("random", "further blocks drawn for each query block, 0 to all", IsCount: true, Minimum: 0, Least: 0),
    ];

    /// <summary>Exact but for one thing: where n leaves a short last block, a random block is taken to be as long as a query block's candidates are on average.</summary>
    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel)
    {
        var shape = BigBirdShape.Of(input, kernel);
        var pairs = 0.0;
        for (var own = 0; own < shape.Blocks; own++)
            pairs += shape.RowsIn(own) * (input.Causal ? shape.KeysBefore(own) + (shape.RowsIn(own) + 1) / 2.0 : shape.KeysKept(own));
        return input.Heads * pairs;
    }

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) => 4.0 * input.D * keptPairs;

    /// <summary>Tensors, keys packed block by block, and the lists of kept blocks (an int32 each, and an array for each query block).</summary>
    public override long MemoryBytes(InputSpec input, KernelSpec kernel)
    {
        var shape = BigBirdShape.Of(input, kernel);
        long listed = 0;
        for (var own = 0; own < shape.Blocks; own++)
            listed += shape.BlocksKept(own);
        return CpuScratch.Tensors(input) + CpuScratch.PackedKeys(input, input.N, shape.Block) + CpuScratch.StreamingPerThread(input, shape.Block)
            + input.Heads * (4 * listed + 40L * shape.Blocks);
    }

    /// <summary>On ILGPU tensors, and for every query block as many kept blocks as the fullest has.</summary>
    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel)
    {
        if (!IsOnIlgpu(backend))
            return MemoryBytes(input, kernel);
        var shape = BigBirdShape.Of(input, kernel);
        return input.TensorBytes + 4L * input.Heads * shape.Blocks * Enumerable.Range(0, shape.Blocks).Max(shape.BlocksKept);
    }
}
