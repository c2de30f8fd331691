using AttnSweep.Catalogue;
using AttnSweep.Kernels.Own;
using AttnSweep.Kernels.Sampling;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Reference;

/// <summary>Which keys a kernel keeps for one row (docs/kernels.md), how it weighs them, and which of those decisions rounding may turn.</summary>
public sealed class KeptKeys
{
    /// <summary>Ascending.</summary>
    public List<int> Kept { get; } = [];

    /// <summary>
    /// For kernels that estimate: how many keys each of <see cref="Kept"/> stands for, a factor on its softmax weight. Empty
    /// where every key stands for itself.
    /// </summary>
    public List<double> Factors { get; } = [];

    /// <summary>Keys, kept or not, so close to the boundary that a correct float kernel may decide the other way.</summary>
    public List<int> Ambiguous { get; } = [];

    /// <summary>The largest factor that an ambiguous key may get.</summary>
    public double AmbiguousFactor { get; set; } = 1;

    /// <summary>The keys in the query's own hash bucket; empty for kernels that do not hash.</summary>
    public List<int> Bucket { get; } = [];

    public double FactorAt(int place) => Factors.Count == 0 ? 1 : Factors[place];
}

/// <summary>The kernels' selection rules on double-precision scores of one row.</summary>
public static class KeepRule
{
    /// <summary>Number of keys that <paramref name="row"/> may look at.</summary>
    public static int Visible(InputSpec input, int row) => input.Causal ? row + 1 : input.N;

    /// <param name="scores">Scores of the visible keys.</param>
    /// <param name="scoreError">Scores (or logarithms of p) closer to the boundary than this are ambiguous.</param>
    /// <param name="planned">What hangs on more than the row's own scores; for block-topk the blocks of the row's query block, for hyper the keys.</param>
    public static KeptKeys Apply(
        KernelSpec kernel, InputSpec input, int row, ReadOnlySpan<double> scores, double scoreError, KeptKeys? planned = null, int head = 0) => kernel.Name switch
        {
            "naive" or "flash" => All(scores.Length),
            "threshold" when kernel.Parameters.ContainsKey("margin") => Margin(scores, kernel["margin"], scoreError),
            "threshold" => Threshold(scores, kernel["epsilon"], scoreError),
            "topk" => TopK(scores, kernel.Count("k"), scoreError),
            "topp" => TopPRule.Apply(scores, kernel["mass"], scoreError),
            "sample-topk" => SampleRule.Apply(
                TopK(scores, kernel.Count("k"), scoreError), scores.Length, kernel.Count("samples"), KeyPermutation.Of(input, head, row)),
            "window" => Window(input, row, kernel.Count("width")),
            "sink-window" => WithSinks(Window(input, row, kernel.Count("width")), Math.Min(kernel.Count("sinks"), scores.Length)),
            "bigbird" => BigBird(BigBirdShape.Of(input, kernel), RandomBlocks.StreamOf(input, head), row),
            "block-topk" => Blocks(scores.Length, kernel.Count("block"), planned ?? throw new ArgumentNullException(nameof(planned))),
            "hyper" => planned ?? throw new ArgumentNullException(nameof(planned)),
            _ when KernelCatalogue.Find(kernel.Name) is OwnKernel own => own.Keep(input, kernel, head, row, scores, scoreError),
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

    internal static KeptKeys All(int visible)
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

    private static KeptKeys Margin(ReadOnlySpan<double> scores, double margin, double scoreError)
    {
        var keys = new KeptKeys();
        var bound = double.NegativeInfinity;
        foreach (var score in scores)
        {
            bound = Math.Max(bound, score - margin);
        }

        for (var j = 0; j < scores.Length; j++)
        {
            if (scores[j] > bound)
            {
                keys.Kept.Add(j);
            }

            if (Math.Abs(scores[j] - bound) <= scoreError)
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

    private static KeptKeys WithSinks(KeptKeys window, int sinks)
    {
        var keys = new KeptKeys();
        keys.Kept.AddRange(Enumerable.Range(0, sinks).Union(window.Kept).Order());
        return keys;
    }

    private static KeptKeys BigBird(BigBirdShape shape, Inputs.NormalSequence stream, int row)
    {
        var keys = new KeptKeys();
        var visible = shape.Causal ? row + 1 : shape.N;
        foreach (var block in RandomBlocks.Kept(shape, stream, row / shape.Block))
        {
            var first = block * shape.Block;
            keys.Kept.AddRange(Enumerable.Range(first, Math.Max(0, Math.Min(shape.RowsIn(block), visible - first))));
        }

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
