using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Sums of 2^score of a block of rows while their scores go by in tiles (<see cref="ScoreTile"/>). Where no score of the block can be
/// larger than 100 (Cauchy and Schwarz), the plain sum neither overflows nor vanishes: nothing is subtracted and no maximum is looked
/// for. Elsewhere weights are relative to a row's shift, a maximum of old that is renewed once a score exceeds it by 10.
/// </summary>
internal sealed unsafe class SoftmaxSums(int maxRows) : IDisposable
{
    /// <summary>The largest score for which the plain sums are used; 2^100 times a million keys is far below float's largest number, 2^-100 far above its smallest.</summary>
    public const float Plain = 100;

    private const float Slack = 10;

    private readonly AlignedBuffer _sums = new((long)maxRows * VectorMath.SumLanes);
    private readonly AlignedBuffer _shift = new(maxRows);
    private readonly AlignedBuffer _limit = new(maxRows);
    private bool _isPlain;

    public void Begin(int rows)
    {
        new Span<float>(_sums.Start, rows * VectorMath.SumLanes).Clear();
        new Span<float>(_shift.Start, rows).Clear();
        new Span<float>(_limit.Start, rows).Fill(float.NegativeInfinity);
        _isPlain = false;
    }

    /// <summary>No score to come is larger than so much, or smaller than its negative.</summary>
    public void Expect(float largest) => _isPlain = largest <= Plain;

    /// <summary>log2 of the sum; minus infinity for a row that has seen nothing.</summary>
    public float Log2(int row) => _shift.Start[row] + MathF.Log2(VectorMath.Sum(_sums.Start + ((long)row * VectorMath.SumLanes)));

    /// <param name="start">First row of the tile.</param>
    /// <param name="hasHoles">Some scores are minus infinity.</param>
    public void Add(int start, float* scores, bool hasHoles)
    {
        var sums = _sums.Start + ((long)start * VectorMath.SumLanes);
        if (_isPlain && !hasHoles && Vector512.IsHardwareAccelerated)
        {
            AddPlain(scores, sums);
            return;
        }

        if (!_isPlain)
        {
            for (var row = 0; row < ScoreTile.Rows; row++)
            {
                var max = VectorMath.Max(scores + (row * ScoreTile.Keys), ScoreTile.Keys);
                if (max > _limit.Start[start + row])
                {
                    Raise(start + row, max);
                }
            }
        }

        VectorMath.SumExp2Rows(scores, ScoreTile.Rows, ScoreTile.Keys, ScoreTile.Keys, _shift.Start + start, sums);
    }

    public void Dispose()
    {
        _sums.Dispose();
        _shift.Dispose();
        _limit.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPlain(float* scores, float* sums)
    {
        for (var row = 0; row < ScoreTile.Rows; row++, scores += ScoreTile.Keys, sums += VectorMath.SumLanes)
        {
            var low = Exp2Table.OfModest(Vector512.Load(scores)) + Exp2Table.OfModest(Vector512.Load(scores + 16));
            var high = Exp2Table.OfModest(Vector512.Load(scores + 32)) + Exp2Table.OfModest(Vector512.Load(scores + 48));
            (Vector512.Load(sums) + (low + high)).Store(sums);
        }
    }

    private void Raise(int row, float max)
    {
        var isFirst = float.IsNegativeInfinity(_limit.Start[row]);
        VectorMath.Scale(_sums.Start + ((long)row * VectorMath.SumLanes), isFirst ? 1 : VectorMath.Exp2(_shift.Start[row] - max));
        (_shift.Start[row], _limit.Start[row]) = (max, max + Slack);
    }
}
