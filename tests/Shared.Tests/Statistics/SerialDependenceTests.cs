using AttnSweep.Statistics;

namespace AttnSweep.Tests.Statistics;

public sealed class SerialDependenceTests
{
    [Fact]
    public void Independent_samples_are_worth_their_number()
    {
        var factors = Enumerable.Range(0, 200).Select(seed => Factor(Series(seed, 200, 0))).ToArray();
        Assert.InRange(Quantiles.MedianInPlace(factors), 1, 1.3);
    }

    [Fact]
    public void Samples_that_lean_on_each_other_are_worth_less()
    {
        // The signs of a first-order process with 0.9 have autocorrelations 2/pi asin(0.9^k); 1 + twice their sum is 13.4.
        var expected = 1 + 2 * Enumerable.Range(1, 500).Sum(k => 2 / Math.PI * Math.Asin(Math.Pow(0.9, k)));
        var factors = Enumerable.Range(0, 200).Select(seed => Factor(Series(seed, 2000, 0.9))).ToArray();
        Assert.InRange(Quantiles.MedianInPlace(factors), 0.75 * expected, 1.25 * expected);
    }

    [Fact]
    public void A_series_of_one_value_or_that_alternates_is_no_worse_than_independent()
    {
        Assert.Equal(1, Factor([5, 5, 5, 5, 5, 5]));
        Assert.Equal(1, Factor([.. Enumerable.Range(0, 40).Select(i => 1.0 + (i % 2))]));
    }

    [Fact]
    public void A_ramp_is_worth_little() => Assert.True(Factor([.. Enumerable.Range(0, 100).Select(i => (double)i)]) > 10);

    private static double Factor(double[] samples) => SerialDependence.VarianceFactor(samples, Quantiles.MedianInPlace([.. samples]));

    private static double[] Series(int seed, int count, double lean)
    {
        var random = new Random(seed);
        var samples = new double[count];
        for (var i = 0; i < count; i++)
        {
            var fresh = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            samples[i] = i == 0 ? fresh : lean * samples[i - 1] + Math.Sqrt(1 - lean * lean) * fresh;
        }

        return samples;
    }
}
