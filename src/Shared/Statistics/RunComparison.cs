using System.Globalization;

namespace AttnSweep.Statistics;

/// <summary>
/// Compares the cells of two runs. A cell is FASTER or SLOWER only if four things agree: the U test over its samples (a screen: samples
/// of one process are not independent, so alone it over-rejects), the same test after Benjamini-Hochberg over all cells, a
/// ratio at least as large as a change must be, and an interval of the ratio, by hierarchical bootstrap and the spread between trials, that excludes 1.
/// </summary>
public static class RunComparison
{
    private const int LeastResamples = 1000;

    /// <summary>One comparison per cell, in the order given. A missing side or one without usable samples gives NODATA.</summary>
    public static IReadOnlyList<CellComparison> Compare(IReadOnlyList<(string Key, CellSamples? A, CellSamples? B)> cells, ComparisonRules rules)
    {
        var pairs = cells.Select(cell => (A: Side.Of(cell.A), B: Side.Of(cell.B))).ToArray();
        var both = Enumerable.Range(0, pairs.Length).Where(i => pairs[i].A is not null && pairs[i].B is not null).ToArray();
        var spread = new TrialSpread(
            both.SelectMany(i => (double[][])[pairs[i].A!.LogMedians, pairs[i].B!.LogMedians]), rules.NoiseFloor / 2);
        var pValues = both.Select(i => MannWhitney.PValue(pairs[i].A!.Pooled, pairs[i].B!.Pooled)).ToArray();
        var adjusted = BenjaminiHochberg.Adjust(pValues);
        var resamples = (int)Math.Clamp(rules.TotalResamples / Math.Max(1, both.Length), Math.Min(LeastResamples, rules.Resamples), rules.Resamples);

        var results = cells.Select(cell => NoData(cell.Key, cell.A, cell.B)).ToArray();
        for (var j = 0; j < both.Length; j++)
        {
            var i = both[j];
            var (key, a, b) = cells[i];
            var (low, high, trialsKnown) = Interval(key, pairs[i].A!, pairs[i].B!, spread, rules, resamples);
            var ratio = pairs[i].B!.Centre / pairs[i].A!.Centre;
            var (verdict, why) = Decide(ratio, low, high, pValues[j], adjusted[j], trialsKnown, rules);
            results[i] = new CellComparison(key, a!.CellId, b!.CellId, ratio, low, high, pValues[j], verdict, why);
        }

        return results;
    }

    /// <summary>The wider of the bootstrap's interval and the one from the spread between trials.</summary>
    private static (double Low, double High, bool TrialsKnown) Interval(
        string key, Side a, Side b, TrialSpread spread, ComparisonRules rules, int resamples)
    {
        var (low, high) = HierarchicalBootstrap.RatioInterval(
            a.SortedTrials, b.SortedTrials, rules.Confidence, resamples, new Random(SeedOf(key, rules.Seed)));
        if (spread.HalfWidth(a.LogMedians, b.LogMedians, rules.Confidence) is not { } halfWidth)
            return (low, high, false);
        var centre = b.Centre / a.Centre;
        return (Math.Min(low, centre * Math.Exp(-halfWidth)), Math.Max(high, centre * Math.Exp(halfWidth)), true);
    }

    private static (CellVerdict Verdict, string Why) Decide(
        double ratio, double low, double high, double p, double adjusted, bool trialsKnown, ComparisonRules rules)
    {
        var large = Math.Abs(ratio - 1) >= rules.Change;
        var excludesOne = low > 1 || high < 1;
        var screened = p < rules.ScreenP && adjusted <= rules.FalseDiscoveryRate;
        if (large && !trialsKnown)
            return (CellVerdict.Ambiguous, "one trial a side says nothing of the spread between trials: run with at least 3 trials");
        if (large && excludesOne && screened)
            return ratio > 1 ? (CellVerdict.Slower, "ratio, interval and U test agree") : (CellVerdict.Faster, "ratio, interval and U test agree");
        if (!large && low >= 1 / (1 + rules.SameWithin) && high <= 1 + rules.SameWithin)
            return (CellVerdict.Same, "ratio below the change that counts, interval within the margin");
        if (!large)
            return (CellVerdict.Ambiguous, Invariant($"the interval is wider than {rules.SameWithin:P0} either way: run more trials"));
        return excludesOne
            ? (CellVerdict.Ambiguous, "the interval excludes 1 but the U test does not confirm it: take more samples")
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

    /// <summary>One cell of one run, prepared; trials without samples are left out.</summary>
    private sealed record Side(double[][] SortedTrials, double[] Pooled, double[] LogMedians, double Centre)
    {
        /// <summary>Null when there is nothing to compare: no samples, or times that are not positive and finite.</summary>
        public static Side? Of(CellSamples? samples)
        {
            var trials = samples?.TrialsUs.Where(trial => trial.Length > 0).Select(trial => trial.Order().ToArray()).ToArray() ?? [];
            if (trials.Length == 0 || trials.Any(trial => !(trial[0] > 0) || !double.IsFinite(trial[^1])))
                return null;
            var medians = trials.Select(trial => Quantiles.MedianOfSorted(trial)).ToArray();
            return new Side(
                trials, [.. trials.SelectMany(trial => trial)], [.. medians.Select(median => Math.Log(median))], Quantiles.MedianInPlace([.. medians]));
        }
    }
}
