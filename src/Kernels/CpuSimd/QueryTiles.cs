namespace AttnSweep.Kernels.CpuSimd;

/// <summary>A few query rows, scaled and packed in tiles of six, [tile][d][6]; the last tile is filled up with zeros.</summary>
internal sealed unsafe class QueryTiles(int maxRows, int d) : IDisposable
{
    private const int Spare = 8;

    private readonly AlignedBuffer _packed = new((long)((maxRows + TileProduct.Rows - 1) / TileProduct.Rows) * TileProduct.Rows * d + Spare);

    /// <summary>Tiles packed.</summary>
    public int Count { get; private set; }

    public float* Tile(int tile) => _packed.Start + ((long)tile * TileProduct.Rows * d);

    public void Pack(float* queries, int rows, float scale)
    {
        Count = (rows + TileProduct.Rows - 1) / TileProduct.Rows;
        for (var tile = 0; tile < Count; tile++)
        {
            var first = tile * TileProduct.Rows;
            var present = Math.Min(TileProduct.Rows, rows - first);
            if (present < TileProduct.Rows)
            {
                new Span<float>(Tile(tile), TileProduct.Rows * d).Clear();
            }

            // Tiles in ascending order: what is written behind a tile's last column belongs to the next one, or to the spare floats.
            Transposition.Write(queries + ((long)first * d), d, present, d, Tile(tile), TileProduct.Rows, scale);
        }
    }

    public void Dispose() => _packed.Dispose();
}
