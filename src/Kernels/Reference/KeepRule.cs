using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Reference;

/// <summary>Which keys a kernel keeps for one row (docs/kernels.md), and which of those decisions rounding may turn.</summary>
public sealed class KeptKeys
{
    /// <summary>Ascending.</summary>
    public List<int> Kept { get; } = [];

    /// <summary>Keys, kept or not, so close to the boundary that a correct float kernel may decide the other way.</summary>
    public List<int> Ambiguous { get; } = [];
}

/// <summary>The kernels' selection rules on double-precision scores of one row.</summary>
public static class KeepRule
{
    /// <summary>Number of keys that <paramref name="row"/> may look at.</summary>
    public static int Visible(InputSpec input, int row) => input.Causal ? row + 1 : input.N;

    /// <param name="scores">Scores of the visible keys.</param>
    /// <param name="scoreError">Scores (or logarithms of p) closer to the boundary than this are ambiguous.</param>
    /// <param name="blocks">For block-topk: the selection of the row's query block.</param>
    public static KeptKeys Apply(
        KernelSpec kernel, InputSpec input, int row, ReadOnlySpan<double> scores, double scoreError, KeptKeys? blocks = null) => kernel.Name switch
        {
            "naive" or "flash" => All(scores.Length),
            "threshold" => Threshold(scores, kernel["epsilon"], scoreError),
            "topk" => TopK(scores, kernel.Count("k"), scoreError),
            "window" => Window(input, row, kernel.Count("width")),
            "block-topk" => Blocks(scores.Length, kernel.Count("block"), blocks ?? throw new ArgumentNullException(nameof(blocks))),
            _ => throw new ArgumentException($"Kernel '{kernel.Name}' has no reference.", nameof(kernel)),
        };

    /// <summary>
    /// Key blocks that query block <paramref name="own"/> keeps, from its block scores (candidates only: blocks 0..own when causal).
    /// </summary>
    public static KeptKeys SelectBlocks(ReadOnlySpan<double> blockScores, int own, bool causal, int count, double scoreError)
    {
        if (!causal)
        {
            return TopK(blockScores, count, scoreError);
        }

        // Block `own` is kept whatever its score is; the others compete for what is left.
        var selected = count > 1 ? TopK(blockScores[..own], count - 1, scoreError) : new KeptKeys();
        selected.Kept.Add(own);
        return selected;
    }

    private static KeptKeys All(int visible)
    {
        var keys = new KeptKeys();
        keys.Kept.AddRange(Enumerable.Range(0, visible));
        return keys;
    }

    private static KeptKeys Threshold(ReadOnlySpan<double> scores, double epsilon, double scoreError)
    {
        var keys = new KeptKeys();
        var probabilities = scores.ToArray();
        var logSum = ReferenceAttention.Softmax<double>(probabilities);
        for (var j = 0; j < scores.Length; j++)
        {
            if (probabilities[j] > epsilon)
            {
                keys.Kept.Add(j);
            }

            if (epsilon > 0 && Math.Abs(scores[j] - logSum - Math.Log(epsilon)) <= scoreError)
            {
                keys.Ambiguous.Add(j);
            }
        }

        return keys;
    }

    private static KeptKeys TopK(ReadOnlySpan<double> scores, int k, double scoreError)
    {
        if (k >= scores.Length)
        {
            return All(scores.Length);
        }

        var sorted = scores.ToArray();
        Array.Sort(sorted);
        var boundary = sorted[^k];
        var next = sorted[^(k + 1)];
        var better = sorted.AsSpan().Slice(sorted.Length - k).ToArray().Count(s => s > boundary);
        var keys = new KeptKeys();
        for (var j = 0; j < scores.Length; j++)
        {
            // Of those equal to the k-th largest, the lower indices fill what the larger ones leave.
            if (scores[j] > boundary || (scores[j] == boundary && better++ < k))
            {
                keys.Kept.Add(j);
            }

            if (boundary - next <= scoreError && Math.Abs(scores[j] - boundary) <= scoreError)
            {
                keys.Ambiguous.Add(j);
            }
        }

        return keys;
    }

    private static KeptKeys Window(InputSpec input, int row, int width)
    {
        var keys = new KeptKeys();
        var visible = Visible(input, row);
        var count = Math.Min(width, visible);
        var start = input.Causal ? visible - count : Math.Clamp(row - (width / 2), 0, input.N - count);
        keys.Kept.AddRange(Enumerable.Range(start, count));
        return keys;
    }

    private static KeptKeys Blocks(int visible, int block, KeptKeys blocks)
    {
        var keys = new KeptKeys();
        foreach (var b in blocks.Kept)
        {
            Append(keys.Kept, b);
        }

        foreach (var b in blocks.Ambiguous)
        {
            Append(keys.Ambiguous, b);
        }

        return keys;

        void Append(List<int> list, int b) =>
            list.AddRange(Enumerable.Range(b * block, Math.Max(0, Math.Min(block, visible - (b * block)))));
    }
}
