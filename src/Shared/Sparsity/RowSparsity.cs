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
    private readonly Dictionary<string, List<double>> _values = SparsityMetrics.All.Concat(SparsityMetrics.WithoutColumn).ToDictionary(name => name, _ => new List<double>());

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
        var row = SoftmaxRow.OfAscending(scores);
        Keep(SparsityMetrics.FracLeInvN, row.FracLeInvN);
        Keep(SparsityMetrics.FracLeTenthInvN, row.FracLeTenthInvN);
        Keep(SparsityMetrics.CountGt1E3, row.CountGt1E3);
        Keep(SparsityMetrics.TopN8Mass, row.TopN8Mass);
        Keep(SparsityMetrics.TopSqrtNMass, row.TopSqrtNMass);
        Keep(SparsityMetrics.KTv01Frac, row.KTv01Frac);
        Keep(SparsityMetrics.KTv001Frac, row.KTv001Frac);
        Keep(SparsityMetrics.Entropy, row.Entropy);
        Keep(SparsityMetrics.NSumP2, row.NSumP2);
        Keep(SparsityMetrics.LseMinusLnN, row.LseMinusLnN);
        Keep(SparsityMetrics.MaxP, row.MaxP);
        Keep(SparsityMetrics.FracLeTenInvN, row.FracLeTenInvN);
        Keep(SparsityMetrics.CountGt1E2, row.CountGt1E2);
        Keep(SparsityMetrics.CountGt1E4, row.CountGt1E4);
        Keep(SparsityMetrics.KTv005Frac, row.KTv005Frac);
        Keep(SparsityMetrics.EffectiveFrac, Math.Exp(row.Entropy) / scores.Length);
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
        foreach (var name in SparsityMetrics.All.Concat(SparsityMetrics.WithoutColumn))
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
}
