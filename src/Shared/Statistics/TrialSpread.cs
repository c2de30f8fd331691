using MathNet.Numerics.Distributions;

namespace AttnSweep.Statistics;

/// <summary>
/// How much trials of one cell differ, as the deviation of the logarithm of their medians. A handful of trials says little about its
/// own spread, so each cell's estimate is drawn towards what is typical of all cells compared (a moderated t, as in
/// Smyth 2004, Statistical Applications in Genetics and Molecular Biology 3:3), and a bootstrap over 2 or 3 trials, which cannot leave
/// their range, is never the only word.
/// </summary>
internal sealed class TrialSpread
{
    /// <summary>What the typical spread weighs, in trials.</summary>
    private const double PriorDegrees = 2;

    private readonly double? _typicalVariance;

    /// <param name="cells">The logarithms of the trials' medians, one array per cell and run.</param>
    /// <param name="least">The typical deviation is at least this.</param>
    public TrialSpread(IEnumerable<double[]> cells, double least)
    {
        var variances = new List<double>();
        foreach (var cell in cells.Where(cell => cell.Length >= 2))
        {
            // The median of a variance of few degrees of freedom lies below its mean (Wilson and Hilferty).
            double degrees = cell.Length - 1;
            variances.Add(SumOfSquares(cell) / degrees / Math.Pow(1 - 2 / (9 * degrees), 3));
        }

        if (variances.Count == 0)
            return;
        _typicalVariance = Math.Max(Quantiles.MedianInPlace(variances.ToArray()), least * least);
    }

    /// <summary>Half the width of the interval of a difference of the trials' median log medians, or null when no cell anywhere had two trials.</summary>
    public double? HalfWidth(double[] a, double[] b, double confidence)
    {
        if (_typicalVariance is not { } typical)
            return null;
        var degrees = PriorDegrees + a.Length + b.Length - 2;
        var variance = (PriorDegrees * typical + SumOfSquares(a) + SumOfSquares(b)) / degrees;
        return StudentT.InvCDF(0, 1, degrees, (1 + confidence) / 2) * Math.Sqrt(variance * (ShareOfVariance(a.Length) + ShareOfVariance(b.Length)));
    }

    /// <summary>The variance of a median of so many values, in variances of one: of 1 or 2 it is the mean, of more up to pi/2 that of the mean.</summary>
    private static double ShareOfVariance(int trials) => (trials <= 2 ? 1 : Math.PI / 2) / trials;

    private static double SumOfSquares(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean));
    }
}
