using MathNet.Numerics;

namespace AttnSweep.Statistics;

/// <summary>
/// What is typical of many variances that were each estimated from a few values: a scaled inverse chi-squared distribution, fitted by
/// the moments of the logarithms (Smyth 2004, Statistical Applications in Genetics and Molecular Biology 3:3, section 6.2).
/// </summary>
/// <param name="Variance">The typical variance.</param>
/// <param name="Degrees">How many degrees of freedom the prior is worth beside a cell's own.</param>
internal sealed record VariancePrior(double Variance, double Degrees)
{
    /// <summary>
    /// With a prior of more, one bad trial of three could decide a cell: its t is at most about sqrt((prior + own) / 4) when it moves
    /// the mean, so 30 keeps it below what p = 0.002 needs.
    /// </summary>
    private const double MostDegrees = 30;

    /// <summary>Null where there is no variance.</summary>
    /// <param name="variances">Estimates with their degrees of freedom, each at least 1.</param>
    /// <param name="least">Smaller variances count as this: equal times by a coarse clock are no proof of silence.</param>
    public static VariancePrior? Fit(IReadOnlyList<(double Variance, double Degrees)> variances, double least)
    {
        if (variances.Count == 0)
            return null;
        // In an order of their own, so that sums round alike whatever the order of the cells.
        var ordered = variances.OrderBy(v => v.Variance).ThenBy(v => v.Degrees).ToArray();
        var logs = ordered.Select(v => Math.Log(Math.Max(v.Variance, least)) - SpecialFunctions.DiGamma(v.Degrees / 2) + Math.Log(v.Degrees / 2)).ToArray();
        var (mean, deviation) = SampleStatistics.MeanAndDeviation(logs);
        var beyondSampling = deviation * deviation - ordered.Average(v => PolyGamma.TriGamma(v.Degrees / 2));
        // A prior from a few cells must not outweigh what it was drawn from.
        var most = Math.Min(MostDegrees, variances.Count);
        var degrees = beyondSampling > 0 ? Math.Min(most, 2 * PolyGamma.InverseTriGamma(beyondSampling)) : most;
        var location = beyondSampling > 0 ? mean + SpecialFunctions.DiGamma(degrees / 2) - Math.Log(degrees / 2) : mean;
        return new VariancePrior(Math.Max(least, Math.Exp(location)), degrees);
    }
}

/// <summary>The trigamma function, which MathNet.Numerics lacks, and its inverse.</summary>
internal static class PolyGamma
{
    /// <summary>psi'(x) for x &gt; 0: recurrence up to 20, then the asymptotic series (Abramowitz and Stegun 6.4.12).</summary>
    public static double TriGamma(double x)
    {
        if (!(x > 0))
            throw new ArgumentOutOfRangeException(nameof(x), x, "The trigamma function is computed for positive numbers.");
        var sum = 0.0;
        for (; x < 20; x++)
            sum += 1 / (x * x);
        var inverse = 1 / (x * x);
        return sum + 1 / x + inverse / 2 + inverse / x * (1.0 / 6 - inverse * (1.0 / 30 - inverse * (1.0 / 42 - inverse / 30)));
    }

    /// <summary>The x with psi'(x) = <paramref name="y"/>, y &gt; 0: Newton on 1/psi', which is nearly linear (Smyth 2004, appendix).</summary>
    public static double InverseTriGamma(double y)
    {
        if (!(y > 0))
            throw new ArgumentOutOfRangeException(nameof(y), y, "The trigamma function is positive.");
        if (y > 1e7)
            return 1 / Math.Sqrt(y);
        if (y < 1e-6)
            return 1 / y;
        var x = 0.5 + 1 / y;
        for (var i = 0; i < 50; i++)
        {
            var value = TriGamma(x);
            var slope = (TriGamma(x * (1 + 1e-6)) - value) / (x * 1e-6);
            var step = value * (1 - value / y) / slope;
            x += step;
            if (Math.Abs(step) < 1e-10 * x)
                break;
        }

        return x;
    }
}
