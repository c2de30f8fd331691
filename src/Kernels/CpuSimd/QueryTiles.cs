namespace AttnSweep.Kernels.CpuSimd;

/// <summary>A few query rows, scaled and packed in tiles of six (or as asked), [tile][d][6]; the last tile is filled up with zeros.</summary>
internal sealed unsafe class QueryTiles(int maxRows, int d, int tileRows = TileProduct.Rows) : IDisposable
{
    private const int Spare = 8;

    private readonly AlignedBuffer _packed = new((long)((maxRows + tileRows - 1) / tileRows) * tileRows * d + Spare);

    /// <summary>Tiles packed.</summary>
    public int Count { get; private set; }

    public float* Tile(int tile) => _packed.Start + ((long)tile * tileRows * d);

    public void Pack(float* queries, int rows, float scale)
    {
        Count = (rows + tileRows - 1) / tileRows;
        for (var tile = 0; tile < Count; tile++)
        {
            var first = tile * tileRows;
            var present = Math.Min(tileRows, rows - first);
            if (present < tileRows)
            {
                new Span<float>(Tile(tile), tileRows * d).Clear();
            }

            // Tiles in ascending order: what is written behind a tile's last column belongs to the next one, or to the spare floats.
            Transposition.Write(queries + ((long)first * d), d, present, d, Tile(tile), tileRows, scale);
        }
    }

    public void Dispose() => _packed.Dispose();
}
