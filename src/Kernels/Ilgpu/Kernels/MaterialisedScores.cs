using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>The steps of the kernels that materialise heads x n x n scores (naive, threshold, topk); topp and sample-topk weigh by steps of their own.</summary>
public static class MaterialisedScores
{
    /// <summary>A thread owns one score s_ij; keys that the row does not see get minus infinity.</summary>
    public static void Score(Index1D element, Problem p, ArrayView<float> q, ArrayView<float> k, ArrayView<float> scores)
    {
        int index = element;
        var row = index / p.N;
        var j = index - row * p.N;
        var head = row / p.N;
        var i = row - head * p.N;
        if (p.Causal != 0 && j > i)
        {
            scores[index] = float.NegativeInfinity;
            return;
        }

        var dot = 0f;
        for (var c = 0; c < p.D; c++)
            dot += q[row * p.D + c] * k[(head * p.N + j) * p.D + c];
        scores[index] = dot * p.Scale;
    }

    /// <summary>A thread owns one row: scores become weights, zero for keys with p not above epsilon; a negative epsilon keeps all.</summary>
    public static void Weigh(Index1D element, Problem p, float epsilon, ArrayView<float> scores)
    {
        int row = element;
        var start = row * p.N;
        var visible = ScoreRow.Visible(p, row);
        var max = ScoreRow.Max(scores, start, visible);
        var sum = 0f;
        for (var j = 0; j < visible; j++)
        {
            var weight = XMath.Exp(scores[start + j] - max);
            scores[start + j] = weight;
            sum += weight;
        }

        var kept = 0f;
        for (var j = 0; j < visible; j++)
        {
            var weight = scores[start + j];
            if (weight > epsilon * sum)
                kept += weight;
        }

        for (var j = 0; j < p.N; j++)
        {
            var weight = j < visible ? scores[start + j] : 0f;
            scores[start + j] = weight > epsilon * sum ? weight / kept : 0f;
        }
    }

    /// <summary>A thread owns one row: scores become weights, zero for keys whose score is not above the row's largest less <paramref name="margin"/>.</summary>
    public static void WeighWithin(Index1D element, Problem p, float margin, ArrayView<float> scores)
    {
        int row = element;
        var start = row * p.N;
        var visible = ScoreRow.Visible(p, row);
        var max = ScoreRow.Max(scores, start, visible);
        var sum = 0f;
        for (var j = 0; j < visible; j++)
        {
            var score = scores[start + j];
            var weight = score > max - margin ? XMath.Exp(score - max) : 0f;
            scores[start + j] = weight;
            sum += weight;
        }

        for (var j = 0; j < p.N; j++)
            scores[start + j] = j < visible ? scores[start + j] / sum : 0f;
    }

    /// <summary>A thread owns one row: the k largest scores, of those equal to the last the lower indices, become weights, the others zero.</summary>
    public static void WeighTopK(Index1D element, Problem p, int k, ArrayView<float> scores)
    {
        int row = element;
        var start = row * p.N;
        var visible = ScoreRow.Visible(p, row);
        var wanted = k < visible ? k : visible;
        var pivot = ScoreRow.Largest(scores, start, visible, wanted);
        var max = float.NegativeInfinity;
        var above = 0;
        for (var j = 0; j < visible; j++)
        {
            var score = scores[start + j];
            max = XMath.Max(max, score);
            above += ScoreRow.Key(score) > pivot ? 1 : 0;
        }

        var ties = wanted - above;
        var sum = 0f;
        for (var j = 0; j < visible; j++)
        {
            var key = ScoreRow.Key(scores[start + j]);
            var keep = key > pivot;
            if (key == pivot && ties > 0)
            {
                keep = true;
                ties--;
            }

            var weight = keep ? XMath.Exp(scores[start + j] - max) : 0f;
            scores[start + j] = weight;
            sum += weight;
        }

        for (var j = 0; j < p.N; j++)
            scores[start + j] = j < visible ? scores[start + j] / sum : 0f;
    }

    /// <summary>A thread owns one output element.</summary>
    public static void Combine(Index1D element, Problem p, ArrayView<float> weights, ArrayView<float> v, ArrayView<float> output)
    {
        int index = element;
        var row = index / p.D;
        var c = index - row * p.D;
        var head = row / p.N;
        var visible = ScoreRow.Visible(p, row);
        var sum = 0f;
        for (var j = 0; j < visible; j++)
        {
            var weight = weights[row * p.N + j];
            if (weight != 0f)
                sum += weight * v[(head * p.N + j) * p.D + c];
        }

        output[index] = sum;
    }
}
