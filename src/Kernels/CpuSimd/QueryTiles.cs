namespace AttnSweep.Kernels.CpuSimd;

/// <summary>A few query rows, scaled and packed in tiles of six, [tile][d][6]; the last tile is filled up with zeros.</summary>
internal sealed unsafe class QueryTiles(int maxRows, int d) : IDisposable
{
    private readonly AlignedBuffer _packed = new((long)((maxRows + TileProduct.Rows - 1) / TileProduct.Rows) * TileProduct.Rows * d);

    /// <summary>Tiles packed.</summary>
    public int Count { get; private set; }

    public float* Tile(int tile) => _packed.Start + ((long)tile * TileProduct.Rows * d);

    public void Pack(float* queries, int rows, float scale)
    {
        Count = (rows + TileProduct.Rows - 1) / TileProduct.Rows;
        for (var row = 0; row < Count * TileProduct.Rows; row++)
        {
            var target = Tile(row / TileProduct.Rows) + (row % TileProduct.Rows);
            for (var c = 0; c < d; c++)
            {
                target[c * TileProduct.Rows] = row < rows ? queries[((long)row * d) + c] * scale : 0;
            }
        }
    }

    public void Dispose() => _packed.Dispose();
}
