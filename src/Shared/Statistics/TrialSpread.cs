using MathNet.Numerics.Distributions;

namespace AttnSweep.Statistics;

/// <summary>
/// How much trials of one cell differ: the variance of the logarithm of their medians. The trial is the unit of replication, because
/// samples of one trial share a process and a moment. A handful of trials says little about its own spread, so each cell's variance is
/// drawn towards what is typical of all cells compared (a moderated t test).
/// </summary>
internal sealed class TrialSpread
{
    /// <summary>A deviation of 0.001 %: clocks and page placement alone do more.</summary>
    private const double LeastVariance = 1e-10;

    private readonly VariancePrior? _prior;

    /// <param name="cells">The logarithms of the medians of A's trials and of B's, cell by cell.</param>
    public TrialSpread(IEnumerable<(double[] A, double[] B)> cells) => _prior = VariancePrior.Fit(
        [.. cells.Where(c => Degrees(c.A, c.B) > 0).Select(c => (SumOfSquares(c.A, c.B) / Degrees(c.A, c.B), Degrees(c.A, c.B)))], LeastVariance);

    /// <summary>The spread of one cell's log ratio, or null when no cell anywhere had two trials on a side.</summary>
    public RatioSpread? Of(double[] a, double[] b)
    {
        if (_prior is not { } prior)
            return null;
        var degrees = prior.Degrees + Degrees(a, b);
        var variance = (prior.Degrees * prior.Variance + SumOfSquares(a, b)) / degrees;
        return new RatioSpread(Math.Sqrt(variance * RatioEstimate.VarianceOf(a.Length, b.Length)), degrees);
    }

    private static double Degrees(double[] a, double[] b) => a.Length + b.Length - 2;

    private static double SumOfSquares(double[] a, double[] b) => SumOfSquares(a) + SumOfSquares(b);

    private static double SumOfSquares(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean));
    }
}

/// <summary>What trials say of the error of a log ratio.</summary>
/// <param name="StandardError">Of the log ratio: two measurements of the same code differ by about this, the cell's A/A noise floor.</param>
/// <param name="Degrees">Degrees of freedom, those of the prior included.</param>
internal sealed record RatioSpread(double StandardError, double Degrees)
{
    public double HalfWidth(double confidence) => StudentT.InvCDF(0, 1, Degrees, (1 + confidence) / 2) * StandardError;

    /// <summary>Two-sided p of the log ratio when nothing changed.</summary>
    public double P(double logRatio) => Math.Min(1, 2 * StudentT.CDF(0, 1, Degrees, -Math.Abs(logRatio) / StandardError));
}
