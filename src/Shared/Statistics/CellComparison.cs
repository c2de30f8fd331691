namespace AttnSweep.Statistics;

/// <summary>What was measured of one cell in one run.</summary>
/// <param name="TrialsUs">The samples of each trial, in microseconds.</param>
/// <param name="CellId">The cell, where there is one in the store.</param>
public sealed record CellSamples(IReadOnlyList<double[]> TrialsUs, long? CellId = null);

/// <summary>What two runs say of one cell.</summary>
/// <param name="Ratio">B over A: the median over all pairs of trials of the ratio of their medians. Above 1, B is slower.</param>
/// <param name="Low">Lower end of the ratio's interval.</param>
/// <param name="High">Upper end of the ratio's interval.</param>
/// <param name="P">Two-sided p of the ratio with trials as the unit of replication (a moderated t test), not adjusted; null where no cell has two trials.</param>
/// <param name="Why">One line for a person: what decided, and what to do where the verdict is AMBIGUOUS.</param>
public sealed record CellComparison(
    string Key, long? CellA, long? CellB, double? Ratio, double? Low, double? High, double? P, CellVerdict Verdict, string Why);

/// <summary>B against A.</summary>
public enum CellVerdict
{
    Same,
    Faster,
    Slower,
    Ambiguous,
    NoData,
}

/// <summary>The fixed names of verdicts in the store and in reports.</summary>
public static class CellVerdictNames
{
    public static string Name(this CellVerdict verdict) => verdict switch
    {
        CellVerdict.Same => "SAME",
        CellVerdict.Faster => "FASTER",
        CellVerdict.Slower => "SLOWER",
        CellVerdict.Ambiguous => "AMBIGUOUS",
        CellVerdict.NoData => "NODATA",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "Not a verdict."),
    };
}

/// <summary>When a difference counts.</summary>
/// <param name="NoiseFloor">Ratios of two runs of the same code are known to differ from 1 by about this much; 0 where nothing is known. The cell's own
/// noise floor, from its trials, counts in any case.</param>
/// <param name="LeastChange">A change counts from max(this, 2 x noise floor) on.</param>
/// <param name="SameWithin">SAME needs an interval inside 1/(1 + this) .. 1 + this.</param>
/// <param name="Confidence">Of the ratio's interval.</param>
/// <param name="MostP">A change needs a p over trials below this, and a Mann-Whitney p over samples too (asv's 0.002).</param>
/// <param name="FalseDiscoveryRate">Benjamini-Hochberg's q over all cells compared.</param>
/// <param name="Resamples">Bootstrap resamples per cell, at most.</param>
/// <param name="TotalResamples">Over all cells: with more cells each gets fewer, but never under 1,000.</param>
/// <param name="Seed">Of the bootstrap; the same seed and samples give the same answer.</param>
public sealed record ComparisonRules(
    double NoiseFloor = 0, double LeastChange = 0.01, double SameWithin = 0.05, double Confidence = 0.99,
    double MostP = 0.002, double FalseDiscoveryRate = 0.05, int Resamples = 10_000, long TotalResamples = 1_000_000, int Seed = 1);
