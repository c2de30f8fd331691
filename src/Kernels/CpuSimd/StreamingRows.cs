namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Streaming softmax of up to 192 query rows of one head (a thread's scratch). Keys come in groups of up to 128: their
/// scores are turned into weights and multiplied with V; what earlier groups gave is rescaled while it is loaded. Nothing of
/// size n is kept. A tile of six rows pays only for what its rows see of a group: whole vectors of scores, single keys of V.
/// </summary>
internal sealed unsafe class StreamingRows(int maxRows, CpuTensors tensors) : IDisposable
{
    public const int MaxKeys = TileProduct.WeightStride;

    private readonly GroupScores _scores = new(maxRows, tensors);
    private readonly RunningTotals _totals = new(GroupScores.Padded(maxRows));
    private readonly AlignedBuffer _sums = new((long)GroupScores.Padded(maxRows) * tensors.Columns);
    private int _rows;
    private int _head;
    private float _bias;

    /// <summary>Starts with rows first .. first + rows - 1; row r of them sees keys from <see cref="See"/>.</summary>
    public void Begin(int head, int first, int rows, float scale)
    {
        (_head, _rows) = (head, rows);
        StandFor(0, 0, 0);
        _scores.Begin(head, first, rows, scale);
        _totals.Begin(GroupScores.Padded(rows));
        new Span<float>(_sums.Start, GroupScores.Padded(rows) * tensors.Columns).Clear();
    }

    /// <summary>Row <paramref name="row"/> (from 0 in this block) sees keys low .. high - 1.</summary>
    public void See(int row, int low, int high) => _scores.See(row, low, high);

    /// <summary>Keys that are added from now on weigh 2^bias times as much; keys low .. high - 1 are seen by no row.</summary>
    public void StandFor(float bias, int hiddenLow, int hiddenHigh)
    {
        _bias = bias;
        _scores.Hide(hiddenLow, hiddenHigh);
    }

    /// <summary>What a row has come to: a score near its largest, and relative to that its total weight and its sums (Columns of them).</summary>
    public (float Max, float Total, nint Sums) State(int row) =>
        (_totals.Shift(row), _totals.Total(row), (nint)(_sums.Start + ((long)row * tensors.Columns)));

    /// <summary>Adds the keys of the panels first .. first + count - 1, which must be full (all but the last) and hold at most 128 keys.</summary>
    public void Attend(PackedKeys keys, int first, int count)
    {
        _scores.Compute(keys, first, count);
        for (var tile = 0; tile < _scores.Tiles; tile++)
        {
            var (from, to) = _scores.Columns(tile);
            if (from >= to)
            {
                continue;
            }

            _scores.Mask(tile);
            var weights = _scores.Tile(tile);
            var present = _scores.Rows(tile);
            _totals.Weigh(tile, present, weights + from, TileProduct.WeightStride, to - from, _bias);
            var (low, high) = _scores.Keys(tile);
            var values = tensors.Values(_head) + ((long)(_scores.Start + low) * tensors.Columns);
            for (var column = 0; column < tensors.Columns; column += TileProduct.Columns)
            {
                TileProduct.Multiply<WeightTile>(
                    weights + low, values + column, tensors.Columns, _sums.Start + ((long)tile * TileProduct.Rows * tensors.Columns) + column,
                    tensors.Columns, _totals.Rescale, high - low, Math.Min(TileProduct.Columns, tensors.Columns - column), present);
            }
        }
    }

    /// <summary>Adds any number of panels that follow one another and are full, all but the last.</summary>
    public void AttendRun(PackedKeys keys, int first, int count)
    {
        var together = MaxKeys / keys.Width;
        for (var panel = first; panel < first + count; panel += together)
        {
            Attend(keys, panel, Math.Min(together, first + count - panel));
        }
    }

    /// <summary>Adds blocks of keys: one, or a run of whole ones (<see cref="PackedKeys.BlocksAreWhole"/>).</summary>
    public void AttendBlocks(PackedKeys keys, int first, int count)
    {
        var last = (first + count) * keys.PanelsPerBlock;
        while (keys.KeysIn(last - 1) == 0)
        {
            last--;
        }

        AttendRun(keys, first * keys.PanelsPerBlock, last - (first * keys.PanelsPerBlock));
    }

    /// <summary>Rows to take at a time of <paramref name="rows"/>, at most <paramref name="most"/>: pieces as even as whole tiles allow.</summary>
    public static int EvenRows(int rows, int most)
    {
        var pieces = (rows + most - 1) / most;
        return Math.Min(most, GroupScores.Padded((rows + pieces - 1) / pieces));
    }

    /// <summary>Writes the rows (stride d): sums over total weight, zeros for a row that saw nothing.</summary>
    public void Finish(float* output)
    {
        var d = tensors.Spec.D;
        for (var row = 0; row < _rows; row++)
        {
            var total = _totals.Total(row);
            var inverse = total > 0 ? 1 / total : 0;
            VectorMath.Scaled(_sums.Start + ((long)row * tensors.Columns), d, inverse, output + ((long)row * d));
        }
    }

    public void Dispose()
    {
        _scores.Dispose();
        _totals.Dispose();
        _sums.Dispose();
    }
}
