using ILGPU;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>block-topk's choice of key blocks: mean queries and keys by block, their scores, and the best by query block.</summary>
public static class BlockSelection
{
    /// <summary>A thread owns one coordinate of the mean of one block (heads x blocks x d).</summary>
    public static void Mean(Index1D element, Problem p, int block, ArrayView<float> source, ArrayView<float> means)
    {
        int index = element;
        var blocks = (p.N + block - 1) / block;
        var b = index / p.D;
        var c = index - b * p.D;
        var head = b / blocks;
        var start = (b - head * blocks) * block;
        var end = start + block < p.N ? start + block : p.N;
        var sum = 0f;
        for (var i = start; i < end; i++)
            sum += source[(head * p.N + i) * p.D + c];
        means[index] = sum / (end - start);
    }

    /// <summary>A thread owns one query block: scores its candidates, then takes the best one at a time (ties: lower index); -1 where there are no more.</summary>
    public static void Select(Index1D element, Problem p, int blocks, int keep, ArrayView<float> meanQ, ArrayView<float> meanK, ArrayView<float> scores, ArrayView<int> kept)
    {
        int queryBlock = element;
        var head = queryBlock / blocks;
        var own = queryBlock - head * blocks;
        var candidates = p.Causal != 0 ? own + 1 : blocks;
        for (var b = 0; b < candidates; b++)
        {
            var dot = 0f;
            for (var c = 0; c < p.D; c++)
                dot += meanQ[queryBlock * p.D + c] * meanK[(head * blocks + b) * p.D + c];
            scores[queryBlock * blocks + b] = dot * p.Scale;
        }

        if (p.Causal != 0)
            scores[queryBlock * blocks + own] = float.PositiveInfinity;
        for (var slot = 0; slot < keep; slot++)
        {
            var best = -1;
            var bestScore = float.NegativeInfinity;
            for (var b = 0; b < candidates; b++)
            {
                var score = scores[queryBlock * blocks + b];
                if (score > bestScore)
                {
                    best = b;
                    bestScore = score;
                }
            }

            kept[queryBlock * keep + slot] = best;
            if (best >= 0)
                scores[queryBlock * blocks + best] = float.NegativeInfinity;
        }
    }
}
