using AttnSweep.Results;

namespace AttnSweep.Statistics;

/// <summary>Summaries of one series of samples.</summary>
public static class SampleStatistics
{
    /// <summary>
    /// Summarises at least one sample. Quantiles are type 7 (PostgreSQL's percentile_cont), the median's interval is the binomial
    /// order-statistic one ([min, max] where there are too few samples for the confidence), the standard deviation divides by
    /// count - 1 and is 0 for a single sample.
    /// </summary>
    /// <param name="samples">Times in microseconds, in any order.</param>
    /// <param name="confidence">Of the median's interval, e.g. 0.99.</param>
    /// <exception cref="ArgumentException">There is no sample, or one is not finite.</exception>
    public static SampleSummary Summarise(ReadOnlySpan<double> samples, double confidence)
    {
        if (samples.IsEmpty)
            throw new ArgumentException("A series without samples has no summary.", nameof(samples));
        for (var i = 0; i < samples.Length; i++)
        {
            if (!double.IsFinite(samples[i]))
                throw new ArgumentException($"Sample {i} is {samples[i]}; every sample must be a finite number of microseconds.", nameof(samples));
        }

        var sorted = samples.ToArray();
        Array.Sort(sorted);
        var median = Quantiles.MedianOfSorted(sorted);
        var (low, high) = MedianInterval.OfSorted(sorted, confidence);
        var (mean, deviation) = MeanAndDeviation(sorted);

        var distances = new double[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
            distances[i] = Math.Abs(sorted[i] - median);

        return new SampleSummary(
            sorted.Length, median, low, high, sorted[0], sorted[^1],
            Quantiles.OfSorted(sorted, 0.25), Quantiles.OfSorted(sorted, 0.75),
            mean, deviation, Quantiles.MedianInPlace(distances));
    }

    /// <summary>Mean and standard deviation (count - 1; 0 for a single value), in two passes so that large offsets cost no digits.</summary>
    public static (double Mean, double StandardDeviation) MeanAndDeviation(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
            throw new ArgumentException("A mean needs at least one value.", nameof(values));
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        var mean = sum / values.Length;
        if (values.Length == 1)
            return (mean, 0);

        var squares = 0.0;
        foreach (var value in values)
            squares += (value - mean) * (value - mean);
        return (mean, Math.Sqrt(squares / (values.Length - 1)));
    }
}
