using AttnSweep.Statistics;
using MathNet.Numerics.Distributions;

namespace AttnSweep.Tests.Statistics;

public sealed class VariancePriorTests
{
    [Fact]
    public void Trigamma_has_its_published_values()
    {
        // Abramowitz and Stegun 6.4.2 and 6.4.4; the last from table 6.1 (psi' at 1.50).
        Assert.Equal(Math.PI * Math.PI / 6, PolyGamma.TriGamma(1), 1e-13);
        Assert.Equal(Math.PI * Math.PI / 2, PolyGamma.TriGamma(0.5), 1e-13);
        Assert.Equal(Math.PI * Math.PI / 6 - 1, PolyGamma.TriGamma(2), 1e-13);
        Assert.Equal(0.9348022005, PolyGamma.TriGamma(1.5), 1e-10);
    }

    [Theory]
    [InlineData(1e-8)]
    [InlineData(1e-3)]
    [InlineData(0.1)]
    [InlineData(1.0)]
    [InlineData(30.0)]
    [InlineData(1e8)]
    public void Its_inverse_undoes_it(double y) => Assert.Equal(1, PolyGamma.TriGamma(PolyGamma.InverseTriGamma(y)) / y, 1e-6);

    [Fact]
    public void The_prior_that_variances_were_drawn_from_is_found_again()
    {
        // s0^2 = 0.25 with 8 degrees: variances are s0^2 x 8 / chi2(8), their estimates times chi2(4) / 4.
        var random = new Random(5);
        var variances = Enumerable.Range(0, 20_000).Select(_ =>
            (0.25 * 8 / ChiSquared.Sample(random, 8) * ChiSquared.Sample(random, 4) / 4, 4.0)).ToArray();
        var prior = VariancePrior.Fit(variances, 1e-10)!;
        Assert.InRange(prior.Variance, 0.24, 0.26);
        Assert.InRange(prior.Degrees, 7, 9);
    }

    [Fact]
    public void Equal_variances_give_a_strong_prior_and_a_few_cells_a_weak_one()
    {
        var random = new Random(6);
        (double, double)[] Drawn(int count) => [.. Enumerable.Range(0, count).Select(_ => (ChiSquared.Sample(random, 4) / 4, 4.0))];
        Assert.Equal(30, VariancePrior.Fit(Drawn(50_000), 1e-10)!.Degrees, 15.0);
        Assert.True(VariancePrior.Fit(Drawn(3), 1e-10)!.Degrees <= 3);
        Assert.Null(VariancePrior.Fit([], 1e-10));
        Assert.Equal(1e-10, VariancePrior.Fit([(0, 4), (0, 4)], 1e-10)!.Variance, 1e-9);
    }
}
