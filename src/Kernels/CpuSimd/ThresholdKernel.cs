using System.Numerics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>threshold</c>: keys with p &gt; epsilon, or within a margin of the best. p needs the row's whole softmax sum, so every score is computed; what is saved is the
/// product with V. A row's bound is guessed from the sum so far; a guess that proves too high in the end costs the row's tile a second pass. A margin needs no
/// sum and no guess: the largest score so far gives a bound that only rises.
/// </summary>
internal sealed unsafe class ThresholdKernel : SelectionKernel
{
    // A guess from m keys stays so many / sqrt(m) below what they say, in log2: a softmax sum's standard error is 2 / sqrt(m)
    // for scores of unit variance. It doubles within a few misses, and comes back slowly.
    private const float LeastCaution = 8;
    private const float MostCaution = 1000;

    private readonly float _logEpsilon;
    private readonly float? _margin;
    private readonly float[] _caution;
    private readonly float[][] _highest;

    /// <param name="margin">In natural logarithms; where it is given, epsilon is not used.</param>
    public ThresholdKernel(CpuTensors tensors, ThreadTeam team, double epsilon, double? margin)
        : base(tensors, team, sums: margin is null)
    {
        _logEpsilon = epsilon < 1 ? (float)Math.Log2(epsilon) : float.PositiveInfinity; // p = 1 does not exceed 1, whatever rounding says
        _margin = (float?)(margin * Math.Log2(Math.E));
        _caution = [.. Enumerable.Repeat(LeastCaution, team.Size)];
        _highest = [.. Enumerable.Range(0, team.Size).Select(_ => new float[MaxRows])];
    }

    protected override void Begin(int member, SelectingRows rows) => Array.Fill(_highest[member], float.NegativeInfinity);

    protected override bool IsMark(int seen) => BitOperations.IsPow2(seen) && seen < Tensors.Spec.N;

    protected override void Guess(int member, SelectingRows rows, int first, int end, int seen)
    {
        for (var row = first; row < end; row++)
        {
            rows.Bounds[row] = _margin is { } margin ? rows.Lists.Largest(row) - margin : FromSum(member, rows, row, seen);
            _highest[member][row] = Math.Max(_highest[member][row], rows.Bounds[row]);
        }
    }

    protected override bool Settle(int member, SelectingRows rows, int row)
    {
        var bound = _margin is { } margin ? rows.Lists.Largest(row) - margin : rows.Sums!.Log2(row) + _logEpsilon;
        var isMiss = _highest[member][row] > bound;
        _caution[member] = isMiss ? Math.Min(MostCaution, _caution[member] * 1.25f) : Math.Max(LeastCaution, _caution[member] * 0.999f);
        if (isMiss)
        {
            _highest[member][row] = bound;
            rows.Bounds[row] = bound;
            return false;
        }

        rows.Lists.KeepAbove(row, bound);
        return true;
    }

    /// <summary>Never below what the keys so far prove.</summary>
    private float FromSum(int member, SelectingRows rows, int row, int seen)
    {
        var visible = rows.Visible(row);
        var known = Math.Min(seen, visible);
        var rest = MathF.Log2((float)visible / known) - (_caution[member] / MathF.Sqrt(known));
        return rows.Sums!.Log2(row) + Math.Max(0, rest) + _logEpsilon;
    }
}
