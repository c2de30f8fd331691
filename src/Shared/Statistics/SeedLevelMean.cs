namespace AttnSweep.Statistics;

/// <summary>
/// A mean over seeds with its standard error. Rows of one seed share their keys and are correlated, so the error must come
/// from the means of seeds, never from rows (paper section 4F).
/// </summary>
/// <param name="StandardError">Deviation of the seeds' means over the root of their number; null for a single seed.</param>
public sealed record SeedLevelMean(double Mean, double? StandardError, int Seeds)
{
    /// <exception cref="ArgumentException">There is no seed, or a mean is not finite.</exception>
    public static SeedLevelMean From(IEnumerable<double> seedMeans)
    {
        var means = seedMeans.ToArray();
        if (means.Length == 0 || means.Any(mean => !double.IsFinite(mean)))
            throw new ArgumentException("A seed-level mean needs at least one seed and finite means.", nameof(seedMeans));
        var (mean, deviation) = SampleStatistics.MeanAndDeviation(means);
        return new SeedLevelMean(mean, means.Length > 1 ? deviation / Math.Sqrt(means.Length) : null, means.Length);
    }
}

/// <summary>A measured mean beside what was expected of it.</summary>
/// <param name="ExpectedError">Standard error of the expectation: of a simulated golden, or 0 for a formula.</param>
public sealed record ZScore(SeedLevelMean Measured, double Expected, double ExpectedError)
{
    /// <summary>Agreement is |z| up to this (paper section 4F).</summary>
    public const double Limit = 4;

    /// <summary>Difference in joint standard errors; null for a single seed, whose error is unknown. Errors of 0 give 0 for equality and infinity else.</summary>
    public double? Value
    {
        get
        {
            if (Measured.StandardError is not { } error)
                return null;
            var difference = Measured.Mean - Expected;
            return difference == 0 ? 0 : difference / Math.Sqrt(error * error + ExpectedError * ExpectedError);
        }
    }

    public bool? Agrees => Value is { } z ? Math.Abs(z) <= Limit : null;
}
