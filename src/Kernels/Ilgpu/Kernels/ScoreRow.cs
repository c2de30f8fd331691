using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>One row of materialised scores, and their order.</summary>
internal static class ScoreRow
{
    /// <summary>Keys that a row sees; rows are numbered through all heads.</summary>
    public static int Visible(Problem p, int row) => p.Causal != 0 ? row % p.N + 1 : p.N;

    public static float Max(ArrayView<float> scores, int start, int visible)
    {
        var max = float.NegativeInfinity;
        for (var j = 0; j < visible; j++)
            max = XMath.Max(max, scores[start + j]);
        return max;
    }

    /// <summary>The <see cref="Key"/> of the largest score but <paramref name="wanted"/> - 1, exactly: by bisection over its 32 bits.</summary>
    public static uint Largest(ArrayView<float> scores, int start, int visible, int wanted)
    {
        uint pivot = 0;
        for (var bit = 31; bit >= 0; bit--)
        {
            var candidate = pivot | (1u << bit);
            var atLeast = 0;
            for (var j = 0; j < visible; j++)
                atLeast += Key(scores[start + j]) >= candidate ? 1 : 0;
            if (atLeast >= wanted)
                pivot = candidate;
        }

        return pivot;
    }

    /// <summary>Orders as the scores do. -0 and +0 are equal scores and must tie.</summary>
    public static uint Key(float score)
    {
        var bits = Interop.FloatAsInt(score == 0f ? 0f : score);
        return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
    }
}
