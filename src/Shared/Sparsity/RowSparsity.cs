using System.Collections.Immutable;
using AttnSweep.Results;
using AttnSweep.Statistics;

namespace AttnSweep.Sparsity;

/// <summary>
/// Collects the sparsity metrics of sampled rows and summarises them over the rows. A row costs one sort; only its metrics are
/// kept, so memory does not grow with n. Not for concurrent use.
/// </summary>
public sealed class RowSparsity
{
    private readonly Dictionary<string, List<double>> _values = SparsityMetrics.All.ToDictionary(name => name, _ => new List<double>());

    public int Rows => _values[SparsityMetrics.Entropy].Count;

    /// <summary>Adds one row, given its scores (q.k x scale, visible keys only, double precision). The span is used as scratch.</summary>
    /// <exception cref="ArgumentException">The row has no key, or a score is not finite.</exception>
    public void Add(Span<double> scores)
    {
        if (scores.IsEmpty)
            throw new ArgumentException("A row needs at least one visible key.", nameof(scores));
        foreach (var score in scores)
        {
            if (!double.IsFinite(score))
                throw new ArgumentException($"A visible key's score is finite, not {score}; leave masked keys out.", nameof(scores));
        }

        // The spread of a single score is not defined; such a row (the first of a causal input) says nothing about tau.
        if (scores.Length > 1)
            Keep(SparsityMetrics.TauRms, SampleStatistics.MeanAndDeviation(scores).StandardDeviation);

        scores.Sort();
        AddSorted(scores);
    }

    private void AddSorted(Span<double> ascending)
    {
        var n = ascending.Length;
        var largest = ascending[^1];
        double z = 0, weightedScores = 0, squares = 0;
        for (var j = 0; j < n; j++)
        {
            // From the smallest up, so that tails far below the largest still add exactly.
            var shifted = ascending[j] - largest;
            var e = Math.Exp(shifted);
            ascending[j] = e;
            z += e;
            weightedScores += e * shifted;
            squares += e * e;
        }

        var topEighth = (n + 7) / 8;
        var topRoot = CeilingOfRoot(n);
        int atMostInvN = 0, atMostTenth = 0, aboveThousandth = 0, droppedAt01 = 0, droppedAt001 = 0;
        double tail = 0, tailOfEighth = 0, tailOfRoot = 0;
        for (var j = 0; j < n; j++)
        {
            if (j == n - topEighth)
                tailOfEighth = tail;
            if (j == n - topRoot)
                tailOfRoot = tail;
            var p = ascending[j] / z;
            tail += ascending[j];
            atMostInvN += p <= 1.0 / n ? 1 : 0;
            atMostTenth += p <= 0.1 / n ? 1 : 0;
            aboveThousandth += p > 1e-3 ? 1 : 0;
            droppedAt01 += tail <= 0.1 * z ? 1 : 0;
            droppedAt001 += tail <= 0.01 * z ? 1 : 0;
        }

        Keep(SparsityMetrics.FracLeInvN, (double)atMostInvN / n);
        Keep(SparsityMetrics.FracLeTenthInvN, (double)atMostTenth / n);
        Keep(SparsityMetrics.CountGt1E3, aboveThousandth);
        Keep(SparsityMetrics.TopN8Mass, 1 - tailOfEighth / z);
        Keep(SparsityMetrics.TopSqrtNMass, 1 - tailOfRoot / z);
        Keep(SparsityMetrics.KTv01Frac, (double)(n - droppedAt01) / n);
        Keep(SparsityMetrics.KTv001Frac, (double)(n - droppedAt001) / n);
        Keep(SparsityMetrics.Entropy, Math.Log(z) - weightedScores / z);
        Keep(SparsityMetrics.NSumP2, n * (squares / (z * z)));
        Keep(SparsityMetrics.LseMinusLnN, largest + Math.Log(z) - Math.Log(n));
        Keep(SparsityMetrics.MaxP, 1 / z);
    }

    /// <summary>
    /// Each metric of <see cref="SparsityMetrics"/> over the rows added so far. The mean of tau_rms is the root of the mean of the rows' variances
    /// (the value that theory gives as sigma^2); its other figures are over the rows' standard deviations.
    /// </summary>
    /// <exception cref="InvalidOperationException">No row was added.</exception>
    public ImmutableSortedDictionary<string, MetricSummary> Summarise()
    {
        if (Rows == 0)
            throw new InvalidOperationException("No row was added, so there is no sparsity to summarise.");
        var summaries = ImmutableSortedDictionary.CreateBuilder<string, MetricSummary>(StringComparer.Ordinal);
        foreach (var name in SparsityMetrics.All)
            summaries[name] = SummariseOne(name);
        return summaries.ToImmutable();
    }

    private MetricSummary SummariseOne(string name)
    {
        var sorted = _values[name].ToArray();
        if (sorted.Length == 0)
            return new MetricSummary(0, 0, 0, 0, 0, 0, 0);
        Array.Sort(sorted);
        var (mean, deviation) = SampleStatistics.MeanAndDeviation(sorted);
        if (name == SparsityMetrics.TauRms)
            mean = Math.Sqrt(sorted.Sum(tau => tau * tau) / sorted.Length);
        return new MetricSummary(
            mean, deviation, Quantiles.OfSorted(sorted, 0.05), Quantiles.MedianOfSorted(sorted), Quantiles.OfSorted(sorted, 0.95), sorted[0], sorted[^1]);
    }

    private void Keep(string name, double value) => _values[name].Add(value);

    private static int CeilingOfRoot(int n)
    {
        var root = (int)Math.Ceiling(Math.Sqrt(n));
        return (long)(root - 1) * (root - 1) >= n ? root - 1 : root;
    }
}
