namespace AttnSweep.Kernels.Reference;

/// <summary><c>topp</c>: the fewest keys, taken in order of score, of equal ones the lower index first, that hold the mass.</summary>
internal static class TopPRule
{
    /// <summary>
    /// Where float may end elsewhere: a score's error moves a mass by at most as much; adding n weights in any order that keeps
    /// several sums moves it by a few roundings times sqrt(n).
    /// </summary>
    public static KeptKeys Apply(ReadOnlySpan<double> scores, double mass, double scoreError)
    {
        if (mass >= 1)
        {
            return KeepRule.All(scores.Length);
        }

        var probabilities = scores.ToArray();
        ReferenceAttention.Softmax<double>(probabilities);
        var order = Enumerable.Range(0, scores.Length).ToArray();
        var values = scores.ToArray();
        Array.Sort(order, (a, b) => values[a] != values[b] ? values[b].CompareTo(values[a]) : a.CompareTo(b));

        var massError = scoreError + (4 * (MathF.BitIncrement(1) - 1.0) * Math.Sqrt(scores.Length));
        var (count, fewest, most, sum) = (0, 0, 0, 0.0);
        for (var rank = 0; rank < order.Length; rank++)
        {
            count += sum < mass ? 1 : 0;
            fewest += sum < mass - massError ? 1 : 0;
            most += sum < mass + massError ? 1 : 0;
            sum += probabilities[order[rank]];
        }

        fewest = Math.Max(1, fewest);
        var keys = new KeptKeys();
        keys.Kept.AddRange(order.Take(count).Order());
        var turns = fewest < most || (count < order.Length && values[order[count - 1]] - values[order[count]] <= scoreError);
        if (turns)
        {
            var (high, low) = (values[order[fewest - 1]] + scoreError, values[order[Math.Min(most, order.Length - 1)]] - scoreError);
            keys.Ambiguous.AddRange(Enumerable.Range(0, values.Length).Where(j => values[j] >= low && values[j] <= high));
        }

        return keys;
    }
}
