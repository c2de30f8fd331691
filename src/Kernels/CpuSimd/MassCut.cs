using System.Numerics;
using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Finds the score down to which a row's keys must be kept to hold a share of its softmax mass (a thread's scratch). A pass over
/// the row adds up the weights above eight bounds at once, which narrows the cut ninefold; when few keys are left between two
/// bounds, these are put in order.
/// </summary>
internal sealed unsafe class MassCut(int stride) : IDisposable
{
    private const int Bounds = 8;
    private const int MaxPasses = 16;
    private const int Few = 24;

    private readonly AlignedBuffer _weights = new(stride);
    // Steps around the guess, in log2: the row before was cut at nearly the same softmax weight.
    private static readonly float[] Steps = [0.5f, 0.12f, 0.03f, 0.006f, -0.006f, -0.03f, -0.12f, -0.5f];

    private readonly List<(float Score, int Index)> _between = [];
    private float _guess = float.NaN;

    /// <summary>Forgets the rows before: who takes a block of rows begins so, or its output would hang on what the thread did earlier.</summary>
    public void Begin() => _guess = float.NaN;

    /// <param name="scores">In units of log2, minus infinity where there is no key.</param>
    /// <param name="columns">A multiple of 16.</param>
    /// <param name="max">Largest score.</param>
    /// <returns>The lowest score kept, and how many of the last keys that have exactly this score are kept no more.</returns>
    public (float Bound, int Surplus) Find(float* scores, int columns, float max, double mass)
    {
        var weights = _weights.Start;
        new ReadOnlySpan<float>(scores, columns).CopyTo(new Span<float>(weights, columns));
        var total = VectorMath.Exp2AndSum(weights, columns, max);
        var target = mass * total;
        var logTotal = max + MathF.Log2(total);

        // Weights below 2^-126 are zeros: what lies there is never needed. high is above every score.
        var (low, high) = (max - 127, float.BitIncrement(max));
        var (above, count) = (0f, columns);
        Span<float> bounds = stackalloc float[Bounds];
        Span<float> sums = stackalloc float[Bounds];
        for (var pass = 0; pass < MaxPasses && count > Few; pass++)
        {
            for (var i = 0; i < Bounds; i++)
            {
                // Descending. Most rows are cut near the best score, so a first pass without a guess is denser there.
                var share = (i + 1f) / (Bounds + 1);
                bounds[i] = pass > 0 ? high - ((high - low) * share)
                    : float.IsNaN(_guess) ? high - ((high - low) * share * share * share)
                    : Math.Clamp(logTotal + _guess + Steps[i], low, high);
            }

            AddUp(scores, weights, columns, bounds, sums);
            for (var i = 0; i < Bounds; i++)
            {
                if (sums[i] < target)
                {
                    (high, above) = (bounds[i], sums[i]);
                }
                else
                {
                    low = bounds[i];
                    break;
                }
            }

            var before = count;
            count = CountBetween(scores, columns, low, high);
            if (count == before && (high - low) <= Math.Abs(max) * 1e-6f)
            {
                break; // that many equal scores
            }
        }

        var (bound, surplus) = Last(scores, weights, columns, low, high, above, target);
        _guess = bound - logTotal;
        return (bound, surplus);
    }

    public void Dispose() => _weights.Dispose();

    private (float Bound, int Surplus) Last(float* scores, float* weights, int columns, float low, float high, double sum, double target)
    {
        _between.Clear();
        Vector256<float> lows = Vector256.Create(low), highs = Vector256.Create(high);
        for (var j = 0; j < columns; j += 8)
        {
            var values = Vector256.Load(scores + j);
            var mask = Vector256.GreaterThanOrEqual(values, lows) & Vector256.LessThan(values, highs);
            for (var bits = mask.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
            {
                var index = j + BitOperations.TrailingZeroCount(bits);
                _between.Add((scores[index], index));
            }
        }

        _between.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Index.CompareTo(b.Index));
        var last = -1;
        while (last + 1 < _between.Count && sum < target)
        {
            sum += weights[_between[++last].Index];
        }

        if (last < 0)
        {
            return (high, 0);
        }

        var surplus = 0;
        while (last + 1 + surplus < _between.Count && _between[last + 1 + surplus].Score == _between[last].Score)
        {
            surplus++;
        }

        return (_between[last].Score, surplus);
    }

    private static int CountBetween(float* scores, int columns, float low, float high)
    {
        var counts = Vector256<int>.Zero;
        for (var j = 0; j < columns; j += 8)
        {
            var values = Vector256.Load(scores + j);
            counts -= (Vector256.GreaterThanOrEqual(values, Vector256.Create(low)) & Vector256.LessThan(values, Vector256.Create(high))).AsInt32();
        }

        return Vector256.Sum(counts);
    }

    /// <summary>sums[i] = sum of the weights of scores at or above bounds[i].</summary>
    private static void AddUp(float* scores, float* weights, int columns, ReadOnlySpan<float> bounds, Span<float> sums)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            AddUp512(scores, weights, columns, bounds, sums);
            return;
        }

        // Two sweeps of four bounds: eight sums and their bounds would not fit into 16 registers.
        for (var half = 0; half < Bounds; half += 4)
        {
            var (s0, s1, s2, s3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            var (b0, b1) = (Vector256.Create(bounds[half]), Vector256.Create(bounds[half + 1]));
            var (b2, b3) = (Vector256.Create(bounds[half + 2]), Vector256.Create(bounds[half + 3]));
            for (var j = 0; j < columns; j += 8)
            {
                var (score, weight) = (Vector256.Load(scores + j), Vector256.Load(weights + j));
                s0 += Vector256.GreaterThanOrEqual(score, b0) & weight;
                s1 += Vector256.GreaterThanOrEqual(score, b1) & weight;
                s2 += Vector256.GreaterThanOrEqual(score, b2) & weight;
                s3 += Vector256.GreaterThanOrEqual(score, b3) & weight;
            }

            (sums[half], sums[half + 1]) = (Vector256.Sum(s0), Vector256.Sum(s1));
            (sums[half + 2], sums[half + 3]) = (Vector256.Sum(s2), Vector256.Sum(s3));
        }
    }

    private static void AddUp512(float* scores, float* weights, int columns, ReadOnlySpan<float> bounds, Span<float> sums)
    {
        var (s0, s1, s2, s3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (s4, s5, s6, s7) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (b0, b1, b2, b3) = (Vector512.Create(bounds[0]), Vector512.Create(bounds[1]), Vector512.Create(bounds[2]), Vector512.Create(bounds[3]));
        var (b4, b5, b6, b7) = (Vector512.Create(bounds[4]), Vector512.Create(bounds[5]), Vector512.Create(bounds[6]), Vector512.Create(bounds[7]));
        for (var j = 0; j < columns; j += 16)
        {
            var (score, weight) = (Vector512.Load(scores + j), Vector512.Load(weights + j));
            s0 += Vector512.GreaterThanOrEqual(score, b0) & weight;
            s1 += Vector512.GreaterThanOrEqual(score, b1) & weight;
            s2 += Vector512.GreaterThanOrEqual(score, b2) & weight;
            s3 += Vector512.GreaterThanOrEqual(score, b3) & weight;
            s4 += Vector512.GreaterThanOrEqual(score, b4) & weight;
            s5 += Vector512.GreaterThanOrEqual(score, b5) & weight;
            s6 += Vector512.GreaterThanOrEqual(score, b6) & weight;
            s7 += Vector512.GreaterThanOrEqual(score, b7) & weight;
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(s0), Vector512.Sum(s1), Vector512.Sum(s2), Vector512.Sum(s3));
        (sums[4], sums[5], sums[6], sums[7]) = (Vector512.Sum(s4), Vector512.Sum(s5), Vector512.Sum(s6), Vector512.Sum(s7));
    }
}
