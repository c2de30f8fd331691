using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>
/// Scratch of the cpu-simd kernels in bytes, from above, on a device of up to eight threads: planners do not know how many a worker has. A thread
/// more adds what one of the eight has. DeclaredMemoryTests hold it against what is allocated.
/// </summary>
internal static class CpuScratch
{
    /// <summary>Rows of a block whose keys, scores and sums stay in cache.</summary>
    public const int MostRows = 192;

    /// <summary>What is so small that it hangs on nothing: objects, rounding up to cache lines, and one vector behind each buffer.</summary>
    public const long Fixed = Threads * (8L << 10);

    private const int Threads = 8;
    private const int TileRows = 6;
    private const int SelectionRows = 8;
    private const int Group = 128;
    private const int WholeRows = 24;

    /// <summary>The tensors as kernels read them: V's rows padded to whole vectors.</summary>
    public static long Tensors(InputSpec input) => input.TensorBytes + Fixed + 4L * input.Heads * input.N * (Columns(input) - input.D);

    /// <summary>K rearranged in panels of up to 64 keys (a multiple of 16), block by block.</summary>
    public static long PackedKeys(InputSpec input, long n, long block)
    {
        block = Math.Min(block, n);
        var width = Math.Min(64, (block + 15) / 16 * 16);
        return 4L * input.Heads * input.D * ((n + block - 1) / block) * ((block + width - 1) / width) * width;
    }

    public static long PackedKeys(InputSpec input) => PackedKeys(input, input.N, input.N);

    /// <summary>Streaming softmax of so many rows: queries, scores of a group of keys, running totals, weighted sums.</summary>
    public static long Streaming(InputSpec input, long rows) => Scores(input, rows) + 4L * rows * Columns(input);

    /// <summary>Streaming softmax on every thread, each with a block of that many rows.</summary>
    public static long StreamingPerThread(InputSpec input, long rows) => Threads * Streaming(input, Math.Min(MostRows, Tiles(rows) * TileRows));

    /// <summary>Queries, scores of a group of keys and running totals of so many rows, without sums.</summary>
    public static long Scores(InputSpec input, long rows) => 4L * rows * (input.D + Group + 32);

    /// <summary>Kernels that look at every score to choose keys exactly: keys, queries and tiles of scores, lists that may have to hold whole rows, weighted sums.</summary>
    public static long Selection(InputSpec input)
    {
        var rows = SharedRows(input, RowsForLists(input.N), 24, SelectionRows);
        return Tensors(input) + PackedKeys(input) + Scores(input, rows) + (rows * ((8 * (input.N + 32L)) + (4L * Columns(input)) + 16));
    }

    /// <summary>24 rows of all their scores on every thread, and room for what one of them keeps.</summary>
    public static long WholeRowsPerThread(InputSpec input) =>
        Threads * 4L * ((WholeRows + 4L) * ((input.N + 63L) / 64 * 64 + 64) + WholeRows * input.D + 4L * Columns(input));

    /// <summary>A tile of queries with a group of weights and its sums on every thread, and the hash's transposed tiles.</summary>
    public static long TilePerThread(InputSpec input) => Threads * 4L * TileRows * (input.D + Group + 3L * Columns(input));

    /// <summary>
    /// Rows that the blocks of all threads have together, where a head's rows are shared out evenly: at most <paramref name="most"/> for each
    /// thread, and about a quarter of all rows unless blocks became shorter than <paramref name="least"/>.
    /// </summary>
    public static long SharedRows(InputSpec input, int most, int least, int tile = TileRows)
    {
        var rows = 0L;
        for (var threads = 1; threads <= Threads; threads++)
        {
            var tiles = Tiles(input.N, tile);
            var count = (tiles + (most / tile) - 1) / (most / tile);
            if (threads > 1)
            {
                count = Math.Max(count, Math.Min((4L * threads + input.Heads - 1) / input.Heads, tiles / (least / tile)));
                count = (count + threads - 1) / threads * threads;
            }

            count = Math.Clamp(count, 1, tiles);
            rows = Math.Max(rows, threads * ((tiles + count - 1) / count) * tile);
        }

        return rows;
    }

    /// <summary>As <see cref="SharedRows"/> where all heads' rows are counted together.</summary>
    public static long RowsAtOnce(InputSpec input, int most, int least) =>
        Math.Max(most, Enumerable.Range(2, Threads - 1).Max(threads => threads * Math.Clamp((long)input.Heads * input.N / (4L * threads), least, most)));

    public static long Columns(InputSpec input) => (input.D + 15L) / 16 * 16;

    private static long Tiles(long rows, int tile = TileRows) => (rows + tile - 1) / tile;

    /// <summary>Rows whose lists, each with room for all n keys, stay within 32 MiB.</summary>
    private static int RowsForLists(int n) => (int)Math.Clamp((32L << 20) / (8L * (n + 32)) / SelectionRows * SelectionRows, 24, 384);
}
