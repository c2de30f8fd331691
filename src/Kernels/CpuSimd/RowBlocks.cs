namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// The n query rows of a head cut into blocks of whole tiles whose sizes differ by one tile at most, so that threads which take
/// equally many blocks have equally much to do: with blocks of 192 rows and a short last one, two threads at n = 4096 were 3 % apart.
/// </summary>
internal readonly record struct RowBlocks
{
    private readonly int _n;
    private readonly int _tiles;
    private readonly int _tileRows;

    private RowBlocks(int n, int count, int tileRows)
    {
        (_n, _tileRows) = (n, tileRows);
        _tiles = (n + tileRows - 1) / tileRows;
        Count = Math.Clamp(count, 1, _tiles);
    }

    public int Count { get; }

    /// <summary>Rows of the largest block, whole tiles.</summary>
    public int MaxRows => (_tiles + Count - 1) / Count * _tileRows;

    public int First(int block) => (int)((long)block * _tiles / Count * _tileRows);

    public int Rows(int block) => Math.Min(_n, First(block + 1)) - First(block);

    /// <summary>Blocks of at most <paramref name="most"/> rows; for several threads about four for each, unless that makes them shorter than <paramref name="least"/>.</summary>
    public static RowBlocks Share(int heads, int n, int threads, int most, int least, int tileRows = TileProduct.Rows)
    {
        var tiles = CeilingOf(n, tileRows);
        var count = CeilingOf(tiles, most / tileRows);
        if (threads > 1)
        {
            var fair = Math.Min(CeilingOf(4 * threads, heads), tiles / (least / tileRows));
            count = Math.Max(count, fair);
            count = CeilingOf(count, threads) * threads;
        }

        return new RowBlocks(n, count, tileRows);
    }

    private static int CeilingOf(int a, int b) => (a + b - 1) / b;
}
