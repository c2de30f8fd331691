using System.Numerics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Softmax totals of a block of rows while their scores come by in groups. Weights are relative to a row's shift, a maximum of
/// old that is renewed once a score exceeds it by 10 (in log2): float loses nothing by weights up to 1024, and without a maximum
/// per group nothing is reduced across lanes in the loop.
/// </summary>
internal sealed unsafe class RunningTotals(int maxRows) : IDisposable
{
    private const float Slack = 10;

    private readonly AlignedBuffer _shift = new(maxRows);
    private readonly AlignedBuffer _limit = new(maxRows);
    private readonly AlignedBuffer _sums = new((long)maxRows * VectorMath.SumLanes);
    private readonly AlignedBuffer _rescale = new(TileProduct.Rows);

    /// <summary>Factors for what the six rows of the last tile have summed up before.</summary>
    public float* Rescale => _rescale.Start;

    /// <summary>Forgets everything; rows is a multiple of six.</summary>
    public void Begin(int rows)
    {
        new Span<float>(_sums.Start, rows * VectorMath.SumLanes).Clear();
        new Span<float>(_shift.Start, rows).Clear();
        new Span<float>(_limit.Start, rows).Fill(float.NegativeInfinity);
    }

    /// <summary>Adds the scores of a tile's six rows, columns a multiple of 16, and turns them into weights.</summary>
    public void Weigh(int tile, float* scores, int stride, int columns)
    {
        Prepare(tile, scores, stride, columns);
        VectorMath.Exp2Rows(scores, stride, columns, Shifts(tile), Sums(tile));
    }

    /// <summary>A row's total, relative to its shift.</summary>
    public float Total(int row) => VectorMath.Sum(_sums.Start + (row * VectorMath.SumLanes));

    /// <summary>What a row's weights are relative to: its largest score or up to 10 less; minus infinity for a row that has seen nothing.</summary>
    public float Shift(int row) => float.IsNegativeInfinity(_limit.Start[row]) ? float.NegativeInfinity : _shift.Start[row];

    public void Dispose()
    {
        _shift.Dispose();
        _limit.Dispose();
        _sums.Dispose();
        _rescale.Dispose();
    }

    private float* Shifts(int tile) => _shift.Start + (tile * TileProduct.Rows);

    private float* Sums(int tile) => _sums.Start + (tile * TileProduct.Rows * VectorMath.SumLanes);

    private void Prepare(int tile, float* scores, int stride, int columns)
    {
        new Span<float>(_rescale.Start, TileProduct.Rows).Fill(1);
        var above = VectorMath.RowsAbove(scores, stride, columns, _limit.Start + (tile * TileProduct.Rows));
        for (; above != 0; above &= above - 1)
        {
            var row = BitOperations.TrailingZeroCount(above);
            Raise((tile * TileProduct.Rows) + row, VectorMath.Max(scores + (row * stride), columns), row);
        }
    }

    private void Raise(int row, float max, int rowOfTile)
    {
        var isFirst = float.IsNegativeInfinity(_limit.Start[row]);
        var rescale = isFirst ? 1 : VectorMath.Exp2(_shift.Start[row] - max);
        (_shift.Start[row], _limit.Start[row]) = (max, max + Slack);
        _rescale.Start[rowOfTile] = rescale;
        VectorMath.Scale(_sums.Start + (row * VectorMath.SumLanes), rescale);
    }
}
