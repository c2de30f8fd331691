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
/// <param name="ExpectedError">Standard error of the expectation: of a simulated golden (taken as exactly known), or 0 for a formula.</param>
public sealed record ZScore(SeedLevelMean Measured, double Expected, double ExpectedError)
{
    /// <summary>Agreement is |z| up to this (paper section 4F).</summary>
    public const double Limit = 4;

    /// <summary>
    /// Difference in joint standard errors. Null where there is no yardstick: for a single seed, and for seeds that do not differ at all (a
    /// count of 0 in all of them beside an expected 1e-12 is no contradiction), unless they hit the expectation exactly.
    /// </summary>
    public double? T
    {
        get
        {
            if (Measured.StandardError is not { } error)
                return null;
            var difference = Measured.Mean - Expected;
            var joint = Math.Sqrt(error * error + ExpectedError * ExpectedError);
            return difference == 0 ? 0 : joint == 0 ? null : difference / joint;
        }
    }

    /// <summary>Degrees of freedom of <see cref="T"/>: seeds - 1, and more where part of the joint error is known (Welch and Satterthwaite).</summary>
    public double? Degrees
    {
        get
        {
            if (Measured.StandardError is not { } error)
                return null;
            var own = error * error;
            var joint = own + ExpectedError * ExpectedError;
            return ExpectedError == 0 ? Measured.Seeds - 1 : own == 0 ? double.PositiveInfinity : (Measured.Seeds - 1) * (joint / own) * (joint / own);
        }
    }

    /// <summary><see cref="T"/> as the normal score that is equally unlikely: comparable whatever the number of seeds.</summary>
    public double? Value => T is { } t ? StudentAsNormal.Z(t, Degrees!.Value) : null;

    public bool? Agrees => Value is { } z ? Math.Abs(z) <= Limit : null;
}
