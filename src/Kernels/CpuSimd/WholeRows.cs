namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// All scores of a few query rows of one head (a thread's scratch), for kernels that must have seen every score before they
/// can choose. Scores are in units of log2; those of invisible keys are minus infinity.
/// </summary>
internal sealed unsafe class WholeRows : IDisposable
{
    /// <summary>24 rows of 4096 scores are 384 KiB: they stay in the second-level cache, and each panel of keys serves four tiles.</summary>
    public const int MaxRows = 4 * TileProduct.Rows;

    private readonly CpuTensors _tensors;
    private readonly QueryTiles _queries;
    private readonly AlignedBuffer _scores;

    public WholeRows(CpuTensors tensors, PackedKeys keys)
    {
        _tensors = tensors;
        Stride = (keys.Panels * keys.Width) + 16; // not a power of two: rows would fall on the same cache sets
        _queries = new QueryTiles(MaxRows, tensors.Spec.D);
        _scores = new AlignedBuffer((long)MaxRows * Stride);
    }

    public int Stride { get; }

    public float* Row(int row) => _scores.Start + ((long)row * Stride);

    /// <summary>Columns of a row that hold scores, a multiple of 16; the same for all rows of a block.</summary>
    public int Columns { get; private set; }

    /// <param name="visible">Number of keys that row r of the block sees.</param>
    public void Compute(PackedKeys keys, int head, int first, int rows, float scale, Func<int, int> visible)
    {
        _queries.Pack(_tensors.Queries(head, first), rows, scale);
        var end = visible(rows - 1);
        Columns = 0;
        for (var panel = 0; panel < keys.Panels && keys.FirstKey(panel) < end; panel++)
        {
            Columns = (panel + 1) * keys.Width;
            for (var tile = 0; tile < _queries.Count; tile++)
            {
                TileProduct.Multiply<QueryTile>(
                    _queries.Tile(tile), keys.Panel(head, panel), keys.Width, Row(tile * TileProduct.Rows) + (panel * keys.Width),
                    Stride, null, _tensors.Spec.D, keys.Width);
            }
        }

        for (var row = 0; row < rows; row++)
        {
            new Span<float>(Row(row) + visible(row), Columns - visible(row)).Fill(float.NegativeInfinity);
        }
    }

    public void Dispose()
    {
        _queries.Dispose();
        _scores.Dispose();
    }
}
