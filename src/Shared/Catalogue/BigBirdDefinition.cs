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

    /// <summary>Tensors, keys packed block by block (cpu-simd pads blocks to 16 keys) and the list of kept blocks (int32).</summary>
    public override long MemoryBytes(InputSpec input, KernelSpec kernel)
    {
        var shape = BigBirdShape.Of(input, kernel);
        var panels = (shape.Block + 63L) / 64;
        var packedKeys = shape.Blocks * panels * Math.Min(64, (shape.Block + 15L) / 16 * 16);
        long listed = 0;
        for (var own = 0; own < shape.Blocks; own++)
            listed += shape.BlocksKept(own);
        return input.TensorBytes + 4L * input.Heads * (packedKeys * input.D + listed);
    }
}
