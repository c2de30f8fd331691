using MathNet.Numerics.Distributions;

namespace AttnSweep.Statistics;

/// <summary>
/// The bootstrap of a ratio of medians that respects how samples were taken: trials are drawn with replacement, then samples within each
/// drawn trial. Samples of one trial share a process and a moment, so drawing them alone would make the interval far too narrow.
/// </summary>
internal static class HierarchicalBootstrap
{
    /// <summary>The percentile interval of (median of trial medians of b) / (the same of a).</summary>
    /// <param name="a">Sorted trials.</param>
    /// <param name="b">Sorted trials.</param>
    public static (double Low, double High) RatioInterval(
        IReadOnlyList<double[]> a, IReadOnlyList<double[]> b, double confidence, int resamples, Random random)
    {
        var ratios = new double[resamples];
        for (var i = 0; i < resamples; i++)
            ratios[i] = DrawCentre(b, random) / DrawCentre(a, random);
        Array.Sort(ratios);
        return (Quantiles.OfSorted(ratios, (1 - confidence) / 2), Quantiles.OfSorted(ratios, (1 + confidence) / 2));
    }

    private static double DrawCentre(IReadOnlyList<double[]> trials, Random random)
    {
        Span<double> medians = trials.Count <= 64 ? stackalloc double[trials.Count] : new double[trials.Count];
        for (var i = 0; i < medians.Length; i++)
            medians[i] = DrawMedian(trials[random.Next(trials.Count)], random);
        return Quantiles.MedianInPlace(medians);
    }

    /// <summary>
    /// The median of a resample of a sorted trial, drawn without making the resample: its middle order statistics are those of
    /// uniform numbers, Beta(r, count - r + 1), read off the sorted samples. Constant cost whatever the number of samples.
    /// </summary>
    private static double DrawMedian(double[] sorted, Random random)
    {
        var count = sorted.Length;
        if (count == 1)
            return sorted[0];
        var r = (count + 1) / 2;
        var middle = Beta.Sample(random, r, count - r + 1);
        if (count % 2 == 1)
            return At(sorted, middle);

        // Given the r-th of count uniforms, the next one is the smallest of the other count - r, uniform above it.
        var next = middle + (1 - middle) * (1 - Math.Pow(random.NextDouble(), 1.0 / (count - r)));
        return (At(sorted, middle) + At(sorted, next)) / 2;
    }

    private static double At(double[] sorted, double uniform) => sorted[Math.Min((int)(uniform * sorted.Length), sorted.Length - 1)];
}
