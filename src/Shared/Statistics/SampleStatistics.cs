using AttnSweep.Results;

namespace AttnSweep.Statistics;

/// <summary>Summaries of one series of samples.</summary>
public static class SampleStatistics
{
    /// <summary>Summarises at least one sample. Quantiles are type 7 (PostgreSQL's percentile_cont), the median's interval is the binomial order-statistic one.</summary>
    /// <param name="samples">Times in microseconds, in any order.</param>
    /// <param name="confidence">Of the median's interval, e.g. 0.99.</param>
    /// <exception cref="ArgumentException">There is no sample, or one is not finite.</exception>
    public static SampleSummary Summarise(ReadOnlySpan<double> samples, double confidence) => throw new NotImplementedException();
}
