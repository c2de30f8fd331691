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

    /// <summary>
    /// Tensors; K packed for the exact parts; rows that are merged; and of the estimated parts the longest one's sorted Q and V with the samples behind,
    /// K packed in that order for every length that occurs, buckets and orders.
    /// </summary>
    public override long MemoryBytes(InputSpec input, KernelSpec kernel)
    {
        var (parts, columns) = (HyperPart.Of(input, kernel), CpuScratch.Columns(input));
        var estimated = parts.Where(p => p.Kind == HyperPartKind.Estimated).ToList();
        var bytes = CpuScratch.Tensors(input);
        if (parts.Count > 1)
            bytes += 4L * input.Heads * input.N * (columns + 2);
        if (parts.Count > estimated.Count)
            bytes += CpuScratch.PackedKeys(input) + CpuScratch.Streaming(input, CpuScratch.RowsAtOnce(input, CpuScratch.MostRows, 48));
        if (estimated.Count == 0)
            return bytes;

        var (block, samples) = (kernel.Count("block"), kernel.Count("samples"));
        long rows = estimated.Max(p => Math.Max(p.Queries, p.Keys));
        return bytes
            + 4L * input.Heads * (rows + samples) * (input.D + columns)
            + estimated.Select(p => p.Keys).Distinct().Sum(keys => CpuScratch.PackedKeys(input, keys, block)) + CpuScratch.PackedKeys(input, samples, samples)
            + 4L * input.Heads * (2L * input.N + 3 * rows + (2L + estimated.Count) * samples)
            + CpuScratch.StreamingPerThread(input, CpuScratch.MostRows) + CpuScratch.TilePerThread(input) + 64L * input.D
            + 8 * 4L * (1 << kernel.Count("bits")) + 200L * parts.Count * input.Heads;
    }

    /// <summary>
    /// On ILGPU tensors; a hash for each query and key; running maxima and sums; for what is sorted six numbers a row (before and after, two
    /// turns, the inverse, its segment); samples; and the tiles of the launches (56 bytes each, of 16 rows at least unless a part is shorter).
    /// </summary>
    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel)
    {
        if (!IsOnIlgpu(backend))
            return MemoryBytes(input, kernel);
        var (parts, block) = (HyperPart.Of(input, kernel), kernel.Count("block"));
        var estimated = parts.Where(p => p.Kind == HyperPartKind.Estimated).ToList();
        var tileRows = input.D > 128 ? 16 : 32;
        long tiles = parts.Sum(p => p.Kind == HyperPartKind.Estimated ? p.Blocks(block) * ((block + tileRows - 1L) / tileRows) + 1 : (p.Queries + tileRows - 1L) / tileRows);
        var items = estimated.Sum(p => (long)p.Queries + p.Keys);
        return input.TensorBytes + 4L * input.Heads * (4L * input.N + 6 * items + estimated.Count * kernel.Count("samples")) + 56 * input.Heads * tiles
            + 4L * HyperDefinition.MaxBits * input.D + 64;
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
