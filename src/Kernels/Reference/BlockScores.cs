using System.Numerics;

namespace AttnSweep.Kernels.Reference;

/// <summary>Scores between blocks of queries and of keys: mean query . mean key * scale (docs/kernels.md, block-topk).</summary>
public static class BlockScores
{
    /// <summary>Mean of each block of rows: blocks x d.</summary>
    public static T[] Means<T>(ReadOnlySpan<T> rows, int d, int block)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var n = rows.Length / d;
        var blocks = (n + block - 1) / block;
        var means = new T[blocks * d];
        for (var b = 0; b < blocks; b++)
        {
            var end = Math.Min(n, (b + 1) * block);
            for (var i = b * block; i < end; i++)
            {
                for (var c = 0; c < d; c++)
                {
                    means[(b * d) + c] += rows[(i * d) + c];
                }
            }

            for (var c = 0; c < d; c++)
            {
                means[(b * d) + c] /= T.CreateChecked(end - (b * block));
            }
        }

        return means;
    }

    /// <summary>Scores of the mean query <paramref name="query"/> (d) against every mean key (blocks x d).</summary>
    public static T[] Row<T>(ReadOnlySpan<T> query, ReadOnlySpan<T> keys, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var d = query.Length;
        var scores = new T[keys.Length / d];
        for (var b = 0; b < scores.Length; b++)
        {
            for (var c = 0; c < d; c++)
            {
                scores[b] += query[c] * keys[(b * d) + c];
            }

            scores[b] *= scale;
        }

        return scores;
    }
}
