using AttnSweep.Statistics;

namespace AttnSweep.Tests.Statistics;

public sealed class RateTests
{
    [Theory]
    // Clopper and Pearson's limits for 10 trials at 95 %, e.g. Documenta Geigy, Scientific Tables; 0 of n is 1 - 0.025^(1/n).
    [InlineData(0, 10, 0, 0.30850)]
    [InlineData(1, 10, 0.00253, 0.44502)]
    [InlineData(5, 10, 0.18709, 0.81291)]
    [InlineData(10, 10, 0.69150, 1)]
    [InlineData(0, 2000, 0, 0.0018428)]
    public void The_interval_is_the_exact_one(int count, int of, double low, double high)
    {
        var rate = new Rate(count, of);
        Assert.Equal(low, rate.Low, 1e-5);
        Assert.Equal(high, rate.High, 1e-5);
    }

    [Fact]
    public void Of_nothing_nothing_is_known() => Assert.Equal((0, 0, 1), (new Rate(0, 0).Share, new Rate(0, 0).Low, new Rate(0, 0).High));
}
