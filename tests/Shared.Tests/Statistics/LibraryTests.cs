using AttnSweep.Statistics;
using Perfolizer.Mathematics.OutlierDetection;
using Perfolizer.Mathematics.QuantileEstimators;
using Perfolizer.Mathematics.SignificanceTesting.MannWhitney;
using Pragmastat;

namespace AttnSweep.Tests.Statistics;

/// <summary>Where a library has the statistic too, ours must agree with it (docs/adr/0010).</summary>
public sealed class LibraryTests
{
    private static readonly double[] X = [101.2, 99.7, 100.4, 103.9, 98.8];
    private static readonly double[] Y = [104.1, 106.3, 103.2];

    [Fact]
    public void The_ratio_is_Pragmastats_ratio()
    {
        var ours = Math.Exp(RatioEstimate.LogRatio([.. Y.Select(y => Math.Log(y))], [.. X.Select(x => Math.Log(x))]));
        Assert.Equal(Toolkit.Ratio(new Sample(X), new Sample(Y)).NominalValue, ours, 1e-12);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(5, 7)]
    [InlineData(12, 9)]
    public void The_exact_U_test_is_Perfolizers(int n, int m)
    {
        var random = new Random(n);
        double[] a = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble())];
        double[] b = [.. Enumerable.Range(0, m).Select(_ => random.NextDouble() + 0.2)];
        var u = (int)Math.Min(MannWhitney.U(a, b), n * m - MannWhitney.U(a, b));
        // Its Cdf(n, m, u) is P(U < u): 7/20 for n = m = 3 and u = 4.
        Assert.Equal(Math.Min(1, 2 * MannWhitneyClassicExactCdf.Instance.Cdf(n, m, u + 1)), MannWhitney.PValue(a, b), 1e-12);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.25)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Quantiles_are_Hyndman_and_Fans_type_7(double share) => Assert.Equal(
        new HyndmanFanQuantileEstimator(HyndmanFanType.Type7).Quantile(new Sample(X), share).NominalValue, Quantiles.OfSorted([.. X.Order()], share), 1e-12);

    [Fact]
    public void The_fences_of_the_store_are_Tukeys()
    {
        // The same arithmetic as the columns outliers_low and outliers_high of v_trials.
        double[] samples = [.. Enumerable.Range(0, 40).Select(i => 100 + (i % 7)), 120, 60];
        var sorted = samples.Order().ToArray();
        var (q1, q3) = (Quantiles.OfSorted(sorted, 0.25), Quantiles.OfSorted(sorted, 0.75));
        var tukey = TukeyOutlierDetector.Create(samples, 1.5, new HyndmanFanQuantileEstimator(HyndmanFanType.Type7));
        Assert.Equal([60, 120], sorted.Where(s => s < q1 - 1.5 * (q3 - q1) || s > q3 + 1.5 * (q3 - q1)));
        Assert.Equal([60, 120], sorted.Where(tukey.IsOutlier));
    }
}
