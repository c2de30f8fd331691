using MathNet.Numerics.Distributions;

namespace AttnSweep.Statistics;

/// <summary>
/// The bootstrap of a ratio that respects how samples were taken: trials are drawn with replacement, then samples within each drawn
/// trial. Samples of one trial share a process and a moment, so drawing them alone would make the interval far too narrow.
/// </summary>
internal static class HierarchicalBootstrap
{
    /// <summary>Medians of resamples that are drawn of each trial beforehand and then picked from: picking is ten times as fast as drawing.</summary>
    private const int MediansPerTrial = 256;

    /// <summary>The percentile interval of the ratio of b to a (<see cref="RatioEstimate"/>).</summary>
    /// <param name="a">Sorted trials.</param>
    /// <param name="b">Sorted trials.</param>
    public static (double Low, double High) RatioInterval(
        IReadOnlyList<double[]> a, IReadOnlyList<double[]> b, double confidence, int resamples, Random random)
    {
        var (mediansA, mediansB) = (Medians(a, resamples, random), Medians(b, resamples, random));
        var (drawnA, drawnB) = (new double[a.Count], new double[b.Count]);
        var logRatios = new double[resamples];
        for (var i = 0; i < resamples; i++)
        {
            Draw(mediansA, drawnA, random);
            Draw(mediansB, drawnB, random);
            logRatios[i] = RatioEstimate.LogRatio(drawnA, drawnB);
        }

        Array.Sort(logRatios);
        return (Math.Exp(Quantiles.OfSorted(logRatios, (1 - confidence) / 2)), Math.Exp(Quantiles.OfSorted(logRatios, (1 + confidence) / 2)));
    }

    private static double[][] Medians(IReadOnlyList<double[]> trials, int resamples, Random random)
    {
        // A single trial has no other variation than its samples': then each resample has a median of its own.
        var count = trials.Count == 1 ? resamples : MediansPerTrial;
        return [.. trials.Select(trial => Enumerable.Range(0, count).Select(_ => Math.Log(DrawMedian(trial, random))).ToArray())];
    }

    private static void Draw(double[][] medians, double[] into, Random random)
    {
        for (var i = 0; i < into.Length; i++)
        {
            var trial = medians[random.Next(medians.Length)];
            into[i] = trial[random.Next(trial.Length)];
        }
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
