using System.Numerics;

namespace AttnSweep.Kernels.Reference;

/// <summary>
/// Attention of single rows, written once: in <c>double</c> it is the truth, in <c>float</c> the yardstick that a kernel's
/// error is held against. Sums run in the textbook order (over d, then over keys), each lane of a vector being another key
/// or another column, so the float version errs as a plain float program does.
/// </summary>
public static class ReferenceAttention
{
    /// <summary>Transposes rows (n x d) to columns (d x n), which is how <see cref="Scores"/> wants the keys.</summary>
    public static T[] Transpose<T>(ReadOnlySpan<T> rows, int d)
    {
        var n = rows.Length / d;
        var columns = new T[rows.Length];
        for (var i = 0; i < n; i++)
        {
            for (var c = 0; c < d; c++)
            {
                columns[(c * n) + i] = rows[(i * d) + c];
            }
        }

        return columns;
    }

    /// <summary>scores[j] = q . k_j * scale for the first scores.Length keys; <paramref name="keyColumns"/> is d x n.</summary>
    public static void Scores<T>(ReadOnlySpan<T> query, ReadOnlySpan<T> keyColumns, T scale, Span<T> scores)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var n = keyColumns.Length / query.Length;
        scores.Clear();
        const int tile = 1024; // scores of a tile stay in the first-level cache while d passes go over them
        for (var start = 0; start < scores.Length; start += tile)
        {
            var part = scores.Slice(start, Math.Min(tile, scores.Length - start));
            for (var c = 0; c < query.Length; c++)
            {
                MultiplyAdd(query[c], keyColumns.Slice((c * n) + start, part.Length), part);
            }
        }

        foreach (ref var score in scores)
        {
            score *= scale;
        }
    }

    /// <summary>
    /// Softmax over the kept keys only, times V: <paramref name="output"/> = sum c_j p_j v_j / sum c_j p_j; zeros where nothing is kept.
    /// </summary>
    /// <param name="factors">c_j of each kept key, empty where all are 1.</param>
    /// <param name="values">V of the head, n x d.</param>
    /// <returns>ln of sum c_j exp(s_j); minus infinity where nothing is kept.</returns>
    public static T Output<T>(ReadOnlySpan<T> scores, ReadOnlySpan<int> kept, ReadOnlySpan<double> factors, ReadOnlySpan<T> values, Span<T> output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        output.Clear();
        var max = T.NegativeInfinity;
        foreach (var j in kept)
        {
            max = T.Max(max, scores[j]);
        }

        var sum = T.Zero;
        for (var i = 0; i < kept.Length; i++)
        {
            var weight = T.Exp(scores[kept[i]] - max);
            weight = factors.IsEmpty ? weight : weight * T.CreateChecked(factors[i]);
            sum += weight;
            MultiplyAdd(weight, values.Slice(kept[i] * output.Length, output.Length), output);
        }

        if (kept.Length > 0)
        {
            foreach (ref var value in output)
            {
                value /= sum;
            }
        }

        return max + T.Log(sum);
    }

    /// <summary>The same where every kept key stands for itself.</summary>
    public static T Output<T>(ReadOnlySpan<T> scores, ReadOnlySpan<int> kept, ReadOnlySpan<T> values, Span<T> output)
        where T : unmanaged, IFloatingPointIeee754<T> => Output(scores, kept, [], values, output);

    /// <summary>Replaces scores by their softmax and returns ln sum exp.</summary>
    public static T Softmax<T>(Span<T> scores)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var max = T.NegativeInfinity;
        foreach (var score in scores)
        {
            max = T.Max(max, score);
        }

        var sum = T.Zero;
        foreach (ref var score in scores)
        {
            score = T.Exp(score - max);
            sum += score;
        }

        foreach (ref var score in scores)
        {
            score /= sum;
        }

        return max + T.Log(sum);
    }

    private static void MultiplyAdd<T>(T factor, ReadOnlySpan<T> source, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var lanes = Vector<T>.Count;
        var factors = new Vector<T>(factor);
        var i = 0;
        for (; i <= target.Length - lanes; i += lanes)
        {
            (new Vector<T>(target[i..]) + (factors * new Vector<T>(source[i..]))).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] += factor * source[i];
        }
    }
}
