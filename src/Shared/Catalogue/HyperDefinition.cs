using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>HyperAttention: queries and keys sorted by a locality-sensitive hash, exact blocks on the diagonal of what results, and a uniform sample for everything else.</summary>
public sealed class HyperDefinition : KernelDefinition
{
    /// <summary>A counting sort with more buckets than this costs more than it finds.</summary>
    public const int MaxBits = 16;

    public override string Name => "hyper";

    public override string Summary => "sorts queries and keys by a hash, keeps the diagonal blocks of that order, and estimates the rest from sampled keys (HyperAttention)";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        new("bits", "random projections whose signs make the hash, 1 to 16", IsCount: true, Minimum: 0, Maximum: MaxBits),
        new("block", "queries and keys per block of the sorted order, 1 to n", IsCount: true, Minimum: 0),
        new("samples", "keys drawn with replacement for each head and part, 1 to n", IsCount: true, Minimum: 0),
        // n is no limit: lowered to n it would no longer say that a short sequence is exact.
        new("minimum", "sequences shorter than this (causal: up to this) are computed exactly, at least 1", IsCount: true, Minimum: 0, Maximum: 1 << 30),
    ];

    /// <summary>The order of memory accesses follows the hashes.</summary>
    public override bool IsDataDependent => true;

    /// <summary>Pairs in blocks, and draws that fall outside the query's block (one drawn twice counts twice).</summary>
    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel)
    {
        var (block, samples) = (kernel.Count("block"), kernel.Count("samples"));
        var pairs = 0.0;
        foreach (var part in HyperPart.Of(input, kernel))
        {
            pairs += part.Kind switch
            {
                HyperPartKind.ExactTriangle => part.Queries * (part.Queries + 1.0) / 2,
                HyperPartKind.ExactRectangle => (double)part.Queries * part.Keys,
                _ => Estimated(part, block, samples),
            };
        }

        return input.Heads * pairs;
    }

    /// <summary>Kept pairs, and a multiply-add for each projection of every query and key of an estimated part (paper 4I: 4 n d (b + m) + 4 n d r).</summary>
    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs)
    {
        var hashed = HyperPart.Of(input, kernel).Where(p => p.Kind == HyperPartKind.Estimated).Sum(p => (double)p.Queries + p.Keys);
        return 4.0 * input.D * keptPairs + 2.0 * input.D * kernel.Count("bits") * input.Heads * hashed;
    }

    /// <summary>Tensors; the sorted Q, K, V and packed K of the largest part; sums, maxima and totals of all rows; orders.</summary>
    public override long MemoryBytes(InputSpec input, KernelSpec kernel)
    {
        var sorted = 4L * input.Heads * input.N * (4L * input.D + 4);
        var sums = 4L * input.Heads * input.N * (input.D + 2L);
        return input.TensorBytes + PackedKeyBytes(input) + sorted + sums;
    }

    private static double Estimated(HyperPart part, int block, int samples)
    {
        var blocks = part.Blocks(block);
        var pairs = 0.0;
        for (var b = 0; b < blocks; b++)
        {
            var keys = Math.Min(block, part.Keys - b * block);
            var queries = b == blocks - 1 ? part.Queries - b * block : block;
            pairs += queries * (keys + samples * (1 - (double)keys / part.Keys));
        }

        return pairs;
    }
}
