using AttnSweep.Kernels.Sampling;
using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>sample-topk's choice on materialised scores.</summary>
public static class SampleTopKWeights
{
    /// <summary>
    /// A thread owns one row. It finds the top k as <see cref="MaterialisedScores.WeighTopK"/> does, then goes once through all keys in the
    /// row's random order: the first <paramref name="samples"/> that are not among the top k stand for all such. Scores become weights.
    /// </summary>
    public static void Weigh(Index1D element, Problem p, int k, int samples, ArrayView<KeyPermutation> orders, ArrayView<float> scores)
    {
        int row = element;
        var start = row * p.N;
        var visible = ScoreRow.Visible(p, row);
        var wanted = XMath.Min(k, visible);
        var pivot = ScoreRow.Largest(scores, start, visible, wanted);
        var max = float.NegativeInfinity;
        var above = 0;
        for (var j = 0; j < visible; j++)
        {
            max = XMath.Max(max, scores[start + j]);
            above += ScoreRow.Key(scores[start + j]) > pivot ? 1 : 0;
        }

        // Of the scores equal to the k-th, those up to this index belong to the top k.
        var lastTie = -1;
        var ties = wanted - above;
        for (var j = 0; j < visible && ties > 0; j++)
        {
            if (ScoreRow.Key(scores[start + j]) == pivot)
            {
                lastTie = j;
                ties--;
            }
        }

        var others = visible - wanted;
        var factor = others > samples ? (float)others / samples : 1f;
        var sampled = 0;
        var sum = 0f;
        var order = orders[row];
        for (uint place = 0; place <= order.Mask; place++)
        {
            var j = (int)order.At(place);
            if (j >= visible)
                continue;
            var score = scores[start + j];
            var key = ScoreRow.Key(score);
            var isTop = key > pivot || (key == pivot && j <= lastTie);
            var isKept = isTop || sampled < samples;
            var weight = isKept ? XMath.Exp(score - max) * (isTop ? 1f : factor) : 0f;
            sampled += isTop ? 0 : 1;
            scores[start + j] = weight;
            sum += weight;
        }

        for (var j = 0; j < p.N; j++)
            scores[start + j] = j < visible ? scores[start + j] / sum : 0f;
    }
}
