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

    /// <summary>Adds the scores of a tile's rows, columns a multiple of 16, and turns them into weights.</summary>
    /// <param name="rows">Rows that there are, at most six.</param>
    /// <param name="bias">What is added to the scores.</param>
    public void Weigh(int tile, int rows, float* scores, int stride, int columns, float bias)
    {
        new Span<float>(_rescale.Start, TileProduct.Rows).Fill(1);
        var first = tile * TileProduct.Rows;
        var limits = _limit.Start + first;
        var shifts = _shift.Start + first;
        var moved = stackalloc float[2 * TileProduct.Rows];
        if (bias != 0)
        {
            for (var row = 0; row < rows; row++)
            {
                moved[row] = limits[row] - bias;
            }

            limits = moved;
        }

        for (var above = VectorMath.RowsAbove(scores, rows, stride, columns, limits); above != 0; above &= above - 1)
        {
            var row = BitOperations.TrailingZeroCount(above);
            Raise(first + row, VectorMath.Max(scores + (row * stride), columns) + bias, row);
        }

        if (bias != 0)
        {
            for (var row = 0; row < rows; row++)
            {
                moved[TileProduct.Rows + row] = shifts[row] - bias;
            }

            shifts = moved + TileProduct.Rows;
        }

        VectorMath.Exp2Rows(scores, rows, stride, columns, shifts, _sums.Start + (first * VectorMath.SumLanes));
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

    private void Raise(int row, float max, int rowOfTile)
    {
        var isFirst = float.IsNegativeInfinity(_limit.Start[row]);
        var rescale = isFirst ? 1 : VectorMath.Exp2(_shift.Start[row] - max);
        (_shift.Start[row], _limit.Start[row]) = (max, max + Slack);
        _rescale.Start[rowOfTile] = rescale;
        VectorMath.Scale(_sums.Start + (row * VectorMath.SumLanes), rescale);
    }
}
