namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Streaming softmax of up to 192 query rows of one head (a thread's scratch). Keys come in groups of up to 128: their
/// scores are computed panel by panel while a panel lies in the first-level cache, turned into weights, and multiplied
/// with V; what earlier groups gave is rescaled while it is loaded. Nothing of size n is kept.
/// </summary>
internal sealed unsafe class StreamingRows(int maxRows, CpuTensors tensors) : IDisposable
{
    public const int MaxKeys = TileProduct.WeightStride;

    private readonly QueryTiles _queries = new(maxRows, tensors.Spec.D);
    private readonly AlignedBuffer _weights = new((long)Padded(maxRows) * TileProduct.WeightStride);
    private readonly AlignedBuffer _sums = new((long)Padded(maxRows) * tensors.Columns);
    private readonly AlignedBuffer _max = new(Padded(maxRows));
    private readonly AlignedBuffer _total = new(Padded(maxRows));
    private readonly AlignedBuffer _rescale = new(Padded(maxRows));
    private readonly int[] _low = new int[Padded(maxRows)];
    private readonly int[] _high = new int[Padded(maxRows)];
    private int _rows;
    private int _head;
    private float _bias;
    private int _hiddenLow;
    private int _hiddenHigh;

    /// <summary>Starts with rows first .. first + rows - 1; row r of them sees keys from <see cref="See"/>.</summary>
    public void Begin(int head, int first, int rows, float scale)
    {
        (_head, _rows) = (head, rows);
        StandFor(0, 0, 0);
        _queries.Pack(tensors.Queries(head, first), rows, scale);
        var padded = Padded(rows);
        new Span<float>(_sums.Start, padded * tensors.Columns).Clear();
        new Span<float>(_total.Start, padded).Clear();
        new Span<float>(_max.Start, padded).Fill(float.NegativeInfinity);
        _low.AsSpan(rows, padded - rows).Clear();
        _high.AsSpan(rows, padded - rows).Clear();
    }

    /// <summary>Row <paramref name="row"/> (from 0 in this block) sees keys low .. high - 1.</summary>
    public void See(int row, int low, int high) => (_low[row], _high[row]) = (low, high);

    /// <summary>Keys that are added from now on weigh 2^bias times as much; keys low .. high - 1 are seen by no row.</summary>
    public void StandFor(float bias, int hiddenLow, int hiddenHigh) => (_bias, _hiddenLow, _hiddenHigh) = (bias, hiddenLow, hiddenHigh);

    /// <summary>What a row has come to: its largest score, and relative to that its total weight and its sums (Columns of them).</summary>
    public (float Max, float Total, nint Sums) State(int row) =>
        (_max.Start[row], _total.Start[row], (nint)(_sums.Start + ((long)row * tensors.Columns)));

    /// <summary>Adds the keys of the panels first .. first + count - 1, which must be full (all but the last) and hold at most 128 keys.</summary>
    public void Attend(PackedKeys keys, int first, int count)
    {
        var start = keys.FirstKey(first);
        var columns = count * keys.Width;
        var valid = ((count - 1) * keys.Width) + keys.KeysIn(first + count - 1);
        for (var panel = 0; panel < count; panel++)
        {
            var packed = keys.Panel(_head, first + panel);
            for (var tile = 0; tile < _queries.Count; tile++)
            {
                if (Sees(tile, start, start + valid))
                {
                    TileProduct.Multiply<QueryTile>(
                        _queries.Tile(tile), packed, keys.Width, Weights(tile) + (panel * keys.Width),
                        TileProduct.WeightStride, null, tensors.Spec.D, keys.Width);
                }
            }
        }

        for (var tile = 0; tile < _queries.Count; tile++)
        {
            if (Sees(tile, start, start + valid))
            {
                for (var row = tile * TileProduct.Rows; row < (tile + 1) * TileProduct.Rows; row++)
                {
                    Weigh(row, _low[row] - start, Math.Min(_high[row] - start, valid), columns, start);
                }
            }
        }

        for (var column = 0; column < tensors.Columns; column += TileProduct.Columns)
        {
            var values = tensors.Values(_head) + ((long)start * tensors.Columns) + column;
            for (var tile = 0; tile < _queries.Count; tile++)
            {
                if (Sees(tile, start, start + valid))
                {
                    TileProduct.Multiply<WeightTile>(
                        Weights(tile), values, tensors.Columns, _sums.Start + ((long)tile * TileProduct.Rows * tensors.Columns) + column,
                        tensors.Columns, _rescale.Start + (tile * TileProduct.Rows), valid, Math.Min(TileProduct.Columns, tensors.Columns - column));
                }
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
        return Math.Min(most, Padded((rows + pieces - 1) / pieces));
    }

    /// <summary>Writes the rows (stride d): sums over total weight, zeros for a row that saw nothing.</summary>
    public void Finish(float* output)
    {
        var d = tensors.Spec.D;
        for (var row = 0; row < _rows; row++)
        {
            var inverse = _total.Start[row] > 0 ? 1 / _total.Start[row] : 0;
            var sums = new ReadOnlySpan<float>(_sums.Start + ((long)row * tensors.Columns), d);
            System.Numerics.Vector<float> factor = new(inverse);
            var target = new Span<float>(output + ((long)row * d), d);
            var c = 0;
            for (; c <= d - System.Numerics.Vector<float>.Count; c += System.Numerics.Vector<float>.Count)
            {
                (new System.Numerics.Vector<float>(sums[c..]) * factor).CopyTo(target[c..]);
            }

            for (; c < d; c++)
            {
                target[c] = sums[c] * inverse;
            }
        }
    }

    public void Dispose()
    {
        _queries.Dispose();
        _weights.Dispose();
        _sums.Dispose();
        _max.Dispose();
        _total.Dispose();
        _rescale.Dispose();
    }

    private static int Padded(int rows) => (rows + TileProduct.Rows - 1) / TileProduct.Rows * TileProduct.Rows;

    private float* Weights(int tile) => _weights.Start + ((long)tile * TileProduct.Rows * TileProduct.WeightStride);

    /// <summary>Whether any row of a tile sees one of the keys start .. end - 1.</summary>
    private bool Sees(int tile, int start, int end)
    {
        for (var row = tile * TileProduct.Rows; row < (tile + 1) * TileProduct.Rows; row++)
        {
            if (_low[row] < end && _high[row] > start)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Turns a row's scores into weights relative to its new maximum; columns outside low .. high - 1 weigh nothing.</summary>
    private void Weigh(int row, int low, int high, int columns, int start)
    {
        var scores = _weights.Start + ((long)row * TileProduct.WeightStride);
        if (low > 0 || high < columns)
        {
            var span = new Span<float>(scores, columns);
            span[..Math.Clamp(low, 0, columns)].Fill(float.NegativeInfinity);
            span[Math.Clamp(high, 0, columns)..].Fill(float.NegativeInfinity);
        }

        if (_hiddenLow < start + columns && _hiddenHigh > start)
        {
            var (from, to) = (Math.Max(0, _hiddenLow - start), Math.Min(columns, _hiddenHigh - start));
            new Span<float>(scores + from, Math.Max(0, to - from)).Fill(float.NegativeInfinity);
        }

        var old = _max.Start[row];
        var max = Math.Max(old, VectorMath.Max(scores, columns) + _bias);
        // A row that has seen nothing yet has no maximum; any finite one will do, since all its weights are 0.
        var shift = float.IsNegativeInfinity(max) ? 0 : max;
        var rescale = old == max && max == shift ? 1 : VectorMath.Exp2(old - shift);
        _max.Start[row] = max;
        _rescale.Start[row] = rescale;
        _total.Start[row] = (_total.Start[row] * rescale) + VectorMath.Exp2AndSum(scores, columns, shift - _bias);
    }
}
