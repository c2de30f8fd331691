using AttnSweep.Statistics;

namespace AttnSweep.Tests.Statistics;

public sealed class SampleStatisticsTests
{
    [Fact]
    public void Quantiles_are_the_ones_of_percentile_cont()
    {
        // percentile_cont interpolates at (count - 1) x share, here 1.25, 2.5, 3.75 and 0.25.
        double[] sorted = [10, 20, 30, 45, 50, 90];
        Assert.Equal(22.5, Quantiles.OfSorted(sorted, 0.25), 12);
        Assert.Equal(37.5, Quantiles.OfSorted(sorted, 0.5), 12);
        Assert.Equal(48.75, Quantiles.OfSorted(sorted, 0.75), 12);
        Assert.Equal(12.5, Quantiles.OfSorted(sorted, 0.05), 12);
        Assert.Equal(90, Quantiles.OfSorted(sorted, 1));
    }

    [Fact]
    public void A_summary_has_every_figure_of_a_small_series()
    {
        var summary = SampleStatistics.Summarise([50, 10, 90, 20, 45, 30], 0.95);
        Assert.Equal(6, summary.Count);
        Assert.Equal(37.5, summary.Median, 12);
        Assert.Equal((10, 90), (summary.Low, summary.High)); // six samples: [min, max] covers with 1 - 2/64 = 96.9 %
        Assert.Equal((10, 90), (summary.Min, summary.Max));
        Assert.Equal((22.5, 48.75), (summary.Q1, summary.Q3));
        Assert.Equal(245 / 6.0, summary.Mean, 12);
        Assert.Equal(Math.Sqrt(4020.8333333333335 / 5), summary.StandardDeviation, 10); // sum of squares 14025 - 245^2/6
        Assert.Equal(15, summary.Mad, 12); // distances 27.5 17.5 7.5 7.5 12.5 52.5
    }

    [Fact]
    public void One_sample_is_its_own_summary()
    {
        var summary = SampleStatistics.Summarise([7.25], 0.99);
        Assert.Equal(new AttnSweep.Results.SampleSummary(1, 7.25, 7.25, 7.25, 7.25, 7.25, 7.25, 7.25, 7.25, 0, 0), summary);
    }

    [Fact]
    public void A_large_offset_costs_no_digits()
    {
        var (mean, deviation) = SampleStatistics.MeanAndDeviation([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]);
        Assert.Equal(1e9 + 10, mean, 6);
        Assert.Equal(Math.Sqrt(30), deviation, 9);
    }

    [Fact]
    public void Nothing_and_nonsense_are_refused_by_name()
    {
        Assert.Throws<ArgumentException>(() => SampleStatistics.Summarise([], 0.95));
        var e = Assert.Throws<ArgumentException>(() => SampleStatistics.Summarise([1, 2, double.NaN], 0.95));
        Assert.Contains("Sample 2", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleStatistics.Summarise([1, 2, 3], 99));
    }

    [Fact]
    public void Summarising_leaves_the_samples_in_their_order()
    {
        double[] samples = [3, 1, 2];
        SampleStatistics.Summarise(samples, 0.95);
        Assert.Equal([3, 1, 2], samples);
    }
}
