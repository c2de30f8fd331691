using System.Globalization;

namespace AttnSweep.Statistics;

/// <summary>
/// Compares the cells of two runs. The trial is the unit of replication: samples of one process are not independent, so a test over
/// samples calls noise between trials a change. A cell is FASTER or SLOWER only if all agree: the ratio is at least as large as
/// a change must be; its p over trials is small, by itself and after Benjamini-Hochberg over all cells; its interval, by hierarchical bootstrap and
/// by the spread between trials, excludes 1; and the samples, by the U test, are no contradiction.
/// </summary>
public static class RunComparison
{
    private const int LeastResamples = 1000;

    /// <summary>One comparison per cell, in the order given. A missing side or one without usable samples gives NODATA.</summary>
    public static IReadOnlyList<CellComparison> Compare(IReadOnlyList<(string Key, CellSamples? A, CellSamples? B)> cells, ComparisonRules rules)
    {
        var pairs = cells.Select(cell => (A: Side.Of(cell.A), B: Side.Of(cell.B))).ToArray();
        var both = Enumerable.Range(0, pairs.Length).Where(i => pairs[i].A is not null && pairs[i].B is not null).ToArray();
        var spread = new TrialSpread(both.Select(i => (pairs[i].A!.LogMedians, pairs[i].B!.LogMedians)));
        var resamples = (int)Math.Clamp(rules.TotalResamples / Math.Max(1, both.Length), Math.Min(LeastResamples, rules.Resamples), rules.Resamples);
        var estimates = both.Select(i => Estimate.Of(cells[i].Key, pairs[i].A!, pairs[i].B!, spread, rules, resamples)).ToArray();
        var adjusted = BenjaminiHochberg.Adjust([.. estimates.Select(e => e.P ?? 1)]);

        var results = cells.Select(cell => NoData(cell.Key, cell.A, cell.B)).ToArray();
        for (var j = 0; j < both.Length; j++)
        {
            var i = both[j];
            var (key, a, b) = cells[i];
            var e = estimates[j];
            var (verdict, why) = Decide(e, adjusted[j], () => MannWhitney.PValue(pairs[i].A!.Pooled, pairs[i].B!.Pooled), rules);
            results[i] = new CellComparison(key, a!.CellId, b!.CellId, e.Ratio, e.Low, e.High, e.P, verdict, why);
        }

        return results;
    }

    private static (CellVerdict Verdict, string Why) Decide(Estimate e, double adjusted, Func<double> samplesP, ComparisonRules rules)
    {
        var change = Math.Max(rules.LeastChange, 2 * Math.Max(rules.NoiseFloor, e.NoiseFloor));
        var large = e.Ratio >= 1 + change || e.Ratio <= 1 / (1 + change);
        if (large && e.P is null)
            return (CellVerdict.Ambiguous, "one trial a side says nothing of the spread between trials: run with at least 3 trials");
        var excludesOne = e.Low > 1 || e.High < 1;
        var significant = e.P < rules.MostP && adjusted <= rules.FalseDiscoveryRate;
        if (large && excludesOne && significant)
        {
            return samplesP() >= rules.MostP
                ? (CellVerdict.Ambiguous, "the trials differ but their samples overlap: take more samples")
                : (e.Ratio > 1 ? CellVerdict.Slower : CellVerdict.Faster, Invariant($"trials differ by more than chance (p = {e.P:G2}) and by more than {change:P1}"));
        }

        if (!large && e.Low >= 1 / (1 + rules.SameWithin) && e.High <= 1 + rules.SameWithin)
            return (CellVerdict.Same, Invariant($"less than the {change:P1} that counts, interval within {rules.SameWithin:P0}"));
        if (!large)
            return (CellVerdict.Ambiguous, Invariant($"the interval is wider than {rules.SameWithin:P0} either way: run more trials"));
        return excludesOne
            ? (CellVerdict.Ambiguous, Invariant($"likely a change, but not beyond doubt among so many cells (p = {e.P:G2}): run more trials"))
            : (CellVerdict.Ambiguous, "the interval includes 1: run more trials");
    }

    private static CellComparison NoData(string key, CellSamples? a, CellSamples? b)
    {
        var missing = (Side.Of(a) is null, Side.Of(b) is null) switch
        {
            (true, true) => "no samples in either run",
            (true, false) => "no samples in A",
            _ => "no samples in B",
        };
        return new CellComparison(key, a?.CellId, b?.CellId, null, null, null, null, CellVerdict.NoData, missing);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>FNV-1a, because string hash codes differ from process to process.</summary>
    private static int SeedOf(string key, int seed)
    {
        var hash = 2166136261u ^ (uint)seed;
        foreach (var c in key)
            hash = (hash ^ c) * 16777619u;
        return (int)(hash & int.MaxValue);
    }

    /// <summary>The ratio of one cell, its interval and what chance makes of it.</summary>
    /// <param name="P">Null, like a noise floor of 0, where no cell of the comparison has two trials on a side.</param>
    private sealed record Estimate(double Ratio, double Low, double High, double? P, double NoiseFloor)
    {
        /// <summary>The interval is the wider of the bootstrap's and the one from the spread between trials: a bootstrap over 3 trials cannot leave their range.</summary>
        public static Estimate Of(string key, Side a, Side b, TrialSpread spread, ComparisonRules rules, int resamples)
        {
            var logRatio = RatioEstimate.LogRatio(a.LogMedians, b.LogMedians);
            var (low, high) = HierarchicalBootstrap.RatioInterval(
                a.SortedTrials, b.SortedTrials, rules.Confidence, resamples, new Random(SeedOf(key, rules.Seed)));
            if (spread.Of(a.LogMedians, b.LogMedians) is not { } known)
                return new Estimate(Math.Exp(logRatio), Math.Min(low, Math.Exp(logRatio)), Math.Max(high, Math.Exp(logRatio)), null, 0);
            var halfWidth = known.HalfWidth(rules.Confidence);
            return new Estimate(
                Math.Exp(logRatio), Math.Min(low, Math.Exp(logRatio - halfWidth)), Math.Max(high, Math.Exp(logRatio + halfWidth)),
                known.P(logRatio), known.StandardError);
        }
    }

    /// <summary>One cell of one run, prepared; trials without samples are left out.</summary>
    private sealed record Side(double[][] SortedTrials, double[] Pooled, double[] LogMedians)
    {
        /// <summary>Null when there is nothing to compare: no samples, or times that are not positive and finite.</summary>
        public static Side? Of(CellSamples? samples)
        {
            var trials = samples?.TrialsUs.Where(trial => trial.Length > 0).Select(trial => trial.Order().ToArray()).ToArray() ?? [];
            if (trials.Length == 0 || trials.Any(trial => !(trial[0] > 0) || !double.IsFinite(trial[^1])))
                return null;
            return new Side(
                trials, [.. trials.SelectMany(trial => trial)], [.. trials.Select(trial => Math.Log(Quantiles.MedianOfSorted(trial)))]);
        }
    }
}
