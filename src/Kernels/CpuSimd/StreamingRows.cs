using System.Numerics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Streaming softmax of up to 192 query rows of one head (a thread's scratch). Keys come in groups of up to 128: their
/// scores are computed panel by panel while a panel lies in the first-level cache, turned into weights, and multiplied
/// with V; what earlier groups gave is rescaled while it is loaded. Nothing of size n is kept.
/// <para>
/// A tile of six rows pays only for what its rows see of a group: whole vectors of scores, single keys of V.
/// </para>
/// <para>
/// Weights are relative to a row's shift, a maximum of old that is renewed once a score exceeds it by 2^10: float loses nothing
/// by weights up to 1024, and without a maximum per group there is no reduction across lanes in the loop.
/// </para>
/// </summary>
internal sealed unsafe class StreamingRows(int maxRows, CpuTensors tensors) : IDisposable
{
    public const int MaxKeys = TileProduct.WeightStride;
    private const float Slack = 10;

    private readonly QueryTiles _queries = new(maxRows, tensors.Spec.D);
    private readonly AlignedBuffer _weights = new((long)Padded(maxRows) * TileProduct.WeightStride);
    private readonly AlignedBuffer _sums = new((long)Padded(maxRows) * tensors.Columns);
    private readonly AlignedBuffer _shift = new(Padded(maxRows));
    private readonly AlignedBuffer _limit = new(Padded(maxRows));
    private readonly AlignedBuffer _total = new((long)Padded(maxRows) * VectorMath.SumLanes);
    private readonly AlignedBuffer _rescale = new(TileProduct.Rows);
    private readonly int[] _low = new int[Padded(maxRows)];
    private readonly int[] _high = new int[Padded(maxRows)];
    private readonly TileSight[] _sight = new TileSight[Padded(maxRows) / TileProduct.Rows];
    private bool _sightIsOld;
    private int _rows;
    private int _head;

    /// <summary>Starts with rows first .. first + rows - 1; row r of them sees keys from <see cref="See"/>.</summary>
    public void Begin(int head, int first, int rows, float scale)
    {
        (_head, _rows) = (head, rows);
        _queries.Pack(tensors.Queries(head, first), rows, scale);
        var padded = Padded(rows);
        new Span<float>(_sums.Start, padded * tensors.Columns).Clear();
        new Span<float>(_total.Start, padded * VectorMath.SumLanes).Clear();
        new Span<float>(_shift.Start, padded).Clear();
        new Span<float>(_limit.Start, padded).Fill(float.NegativeInfinity);
        _low.AsSpan(rows, padded - rows).Clear();
        _high.AsSpan(rows, padded - rows).Clear();
        _sightIsOld = true;
    }

    /// <summary>Row <paramref name="row"/> (from 0 in this block) sees keys low .. high - 1.</summary>
    public void See(int row, int low, int high)
    {
        (_low[row], _high[row]) = (low, high);
        _sightIsOld = true;
    }

    /// <summary>Adds the keys of the panels first .. first + count - 1, which must be full (all but the last) and hold at most 128 keys.</summary>
    public void Attend(PackedKeys keys, int first, int count)
    {
        if (_sightIsOld)
        {
            Look();
        }

        var start = keys.FirstKey(first);
        var valid = ((count - 1) * keys.Width) + keys.KeysIn(first + count - 1);
        for (var panel = 0; panel < count; panel++)
        {
            var packed = keys.Panel(_head, first + panel);
            var offset = panel * keys.Width;
            for (var tile = 0; tile < _queries.Count; tile++)
            {
                var (from, to) = _sight[tile].Columns(start, valid);
                var (left, right) = (Math.Max(from, offset), Math.Min(to, offset + keys.Width));
                if (left < right)
                {
                    TileProduct.Multiply<QueryTile>(
                        _queries.Tile(tile), packed + (left - offset), keys.Width, Weights(tile) + left,
                        TileProduct.WeightStride, null, tensors.Spec.D, right - left);
                }
            }
        }

        for (var tile = 0; tile < _queries.Count; tile++)
        {
            var (from, to) = _sight[tile].Columns(start, valid);
            if (from < to)
            {
                Weigh(tile, start, valid, from, to);
                var (low, high) = _sight[tile].Keys(start, valid);
                var values = tensors.Values(_head) + ((long)(start + low) * tensors.Columns);
                for (var column = 0; column < tensors.Columns; column += TileProduct.Columns)
                {
                    TileProduct.Multiply<WeightTile>(
                        Weights(tile) + low, values + column, tensors.Columns, _sums.Start + ((long)tile * TileProduct.Rows * tensors.Columns) + column,
                        tensors.Columns, _rescale.Start, high - low, Math.Min(TileProduct.Columns, tensors.Columns - column));
                }
            }
        }
    }

    /// <summary>Writes the rows (stride d): sums over total weight, zeros for a row that saw nothing.</summary>
    public void Finish(float* output)
    {
        var d = tensors.Spec.D;
        for (var row = 0; row < _rows; row++)
        {
            var total = VectorMath.Sum(_total.Start + (row * VectorMath.SumLanes));
            var inverse = total > 0 ? 1 / total : 0;
            var sums = new ReadOnlySpan<float>(_sums.Start + ((long)row * tensors.Columns), d);
            Vector<float> factor = new(inverse);
            var target = new Span<float>(output + ((long)row * d), d);
            var c = 0;
            for (; c <= d - Vector<float>.Count; c += Vector<float>.Count)
            {
                (new Vector<float>(sums[c..]) * factor).CopyTo(target[c..]);
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
        _shift.Dispose();
        _limit.Dispose();
        _total.Dispose();
        _rescale.Dispose();
    }

    private static int Padded(int rows) => (rows + TileProduct.Rows - 1) / TileProduct.Rows * TileProduct.Rows;

    private float* Weights(int tile) => _weights.Start + ((long)tile * TileProduct.Rows * TileProduct.WeightStride);

    private void Look()
    {
        for (var tile = 0; tile < _queries.Count; tile++)
        {
            _sight[tile] = TileSight.Of(_low.AsSpan(tile * TileProduct.Rows, TileProduct.Rows), _high.AsSpan(tile * TileProduct.Rows, TileProduct.Rows));
        }

        _sightIsOld = false;
    }

    /// <summary>Turns a tile's scores in columns from .. to - 1 of a group into weights; keys that a row does not see weigh nothing.</summary>
    private void Weigh(int tile, int start, int valid, int from, int to)
    {
        var weights = Weights(tile);
        var first = tile * TileProduct.Rows;
        if (!_sight[tile].AllSee(start + from, start + to) || to > valid)
        {
            for (var row = 0; row < TileProduct.Rows; row++)
            {
                var columns = new Span<float>(weights + (row * TileProduct.WeightStride) + from, to - from);
                var (low, high) = (_low[first + row] - start - from, Math.Min(_high[first + row] - start, valid) - from);
                columns[..Math.Clamp(low, 0, columns.Length)].Fill(float.NegativeInfinity);
                columns[Math.Clamp(high, 0, columns.Length)..].Fill(float.NegativeInfinity);
            }
        }

        new Span<float>(_rescale.Start, TileProduct.Rows).Fill(1);
        var above = VectorMath.RowsAbove(weights + from, TileProduct.WeightStride, to - from, _limit.Start + first);
        for (; above != 0; above &= above - 1)
        {
            var row = BitOperations.TrailingZeroCount(above);
            Raise(first + row, VectorMath.Max(weights + (row * TileProduct.WeightStride) + from, to - from), row);
        }

        VectorMath.Exp2Rows(weights + from, TileProduct.WeightStride, to - from, _shift.Start + first, _total.Start + (first * VectorMath.SumLanes));
    }

    /// <summary>Gives a row a new shift; what it has summed up so far shrinks accordingly.</summary>
    private void Raise(int row, float max, int rowOfTile)
    {
        var isFirst = float.IsNegativeInfinity(_limit.Start[row]);
        var rescale = isFirst ? 1 : VectorMath.Exp2(_shift.Start[row] - max);
        (_shift.Start[row], _limit.Start[row]) = (max, max + Slack);
        _rescale.Start[rowOfTile] = rescale;
        VectorMath.Scale(_total.Start + (row * VectorMath.SumLanes), rescale);
    }
}
