using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>topp's choice on materialised scores.</summary>
public static class TopPWeights
{
    /// <summary>Partial sums of so many weights are added up by themselves: rounding then grows with the root of a row's length, not with the length.</summary>
    private const int Stretch = 128;

    /// <summary>
    /// A thread owns one row: bisection over the bits of the weights (none is negative, so they order as their bits do) finds the
    /// smallest weight that is needed; of equal ones the lower indices are taken until the mass is reached. Scores become weights.
    /// </summary>
    public static void Weigh(Index1D element, Problem p, float mass, ArrayView<float> scores)
    {
        int row = element;
        var start = row * p.N;
        var visible = ScoreRow.Visible(p, row);
        var max = ScoreRow.Max(scores, start, visible);
        for (var j = 0; j < visible; j++)
            scores[start + j] = XMath.Exp(scores[start + j] - max);
        var wanted = mass * SumFrom(scores, start, visible, 0);
        uint pivot = 0;
        for (var bit = 30; bit >= 0; bit--)
        {
            var candidate = pivot | (1u << bit);
            if (SumFrom(scores, start, visible, candidate) >= wanted)
                pivot = candidate;
        }

        var kept = SumFrom(scores, start, visible, pivot + 1);
        var total = kept;
        for (var j = 0; j < visible; j++)
        {
            var weight = scores[start + j];
            var bits = Interop.FloatAsInt(weight);
            if (mass < 1f && (bits < pivot || (bits == pivot && total >= wanted)))
                scores[start + j] = 0f;
            else if (bits == pivot)
                total += weight;
        }

        var sum = SumFrom(scores, start, visible, 0);
        for (var j = 0; j < p.N; j++)
            scores[start + j] = j < visible ? scores[start + j] / sum : 0f;
    }

    private static float SumFrom(ArrayView<float> weights, int start, int count, uint least)
    {
        var sum = 0f;
        for (var from = 0; from < count; from += Stretch)
        {
            var part = 0f;
            var to = XMath.Min(from + Stretch, count);
            for (var j = from; j < to; j++)
            {
                var weight = weights[start + j];
                part += Interop.FloatAsInt(weight) >= least ? weight : 0f;
            }

            sum += part;
        }

        return sum;
    }
}
