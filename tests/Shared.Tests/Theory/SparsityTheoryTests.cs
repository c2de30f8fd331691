using AttnSweep.Sparsity;
using AttnSweep.Sweeps;
using AttnSweep.Theory;

namespace AttnSweep.Tests.Theory;

public sealed class SparsityTheoryTests
{
    [Theory]
    // "4B exact for the same rows" of paper 4F: lse - ln n, n sum p^2, entropy.
    [InlineData(256, 32, 1, .4965, 2.7068, 5.0529)]
    [InlineData(1024, 64, .5, .0312, 1.0645, 6.9003)]
    [InlineData(1024, 64, 1, .4991, 2.738, 6.4334)]
    [InlineData(1024, 64, 1.5, 2.488, 49.68, 4.6185)]
    [InlineData(1024, 64, 2, 7.024, 275.5, 2.3893)]
    [InlineData(4096, 16, 1, .4996, 2.8955, 7.8185)]
    [InlineData(4096, 64, 1, .4998, 2.7557, 7.8183)]
    [InlineData(4096, 128, 1, .4998, 2.7343, 7.8182)]
    [InlineData(4096, 64, 1.5, 2.516, 82.37, 5.8818)]
    [InlineData(4096, 64, 2, 7.365, 824.3, 3.0296)]
    [InlineData(16384, 64, 1, .4999, 2.7604, 9.2042)]
    [InlineData(131072, 64, 1, .5000, 2.7617, 11.284)]
    [InlineData(131072, 128, 1.5, 2.5306, 158.2, 9.258)]
    [InlineData(131072, 64, 2, 7.806, 11156, 5.049)]
    public void Exact_metrics_match_4F(int n, int d, double sigma, double lse, double nSumP2, double entropy)
    {
        var theory = Predict(n, d, sigma);
        // The published digits, and about 2e-4 that the paper's own average over tau (Simpson in X) is worth: at d = 16 it gives
        // .4996 where the expansion .5 - (n sum p^2 - 1)/(2n) gives .49977.
        Assert.Equal(lse, theory[SparsityMetrics.LseMinusLnN], lse >= 2 ? 6e-4 : 2e-4);
        Assert.Equal(1, theory[SparsityMetrics.NSumP2] / nSumP2, d < 32 ? 7e-4 : 3e-4);
        Assert.Equal(entropy, theory[SparsityMetrics.Entropy], entropy >= 9 || sigma >= 2 ? 6e-4 : 2e-4);
    }

    [Theory]
    // Simulation of real Q, K, V (paper 4F): A B N m8 mr k1 k2.
    [InlineData(256, 32, 1, .68821, .03955, 207.25, .43457, .29155, .61592, .90975)]
    [InlineData(1024, 64, 0.5, .54949, 0, 422.74, .18368, .05326, .84958, .98162)]
    [InlineData(1024, 64, 1, .69038, .03785, 308.44, .43843, .19304, .61249, .90797)]
    [InlineData(1024, 64, 2, .95584, .87078, 44.65, .99031, .93666, .02020, .10789)]
    [InlineData(4096, 64, 1, .69032, .03756, 112.59, .43838, .12385, .61238, .90772)]
    [InlineData(4096, 64, 1.5, .86575, .53089, 166.52, .85462, .52293, .17577, .53529)]
    [InlineData(4096, 64, 2, .96383, .88822, 63.86, .99332, .91849, .01301, .08804)]
    public void Shares_counts_masses_and_k_are_as_close_to_the_simulation_as_documented(
        int n, int d, double sigma, double a, double b, double count, double m8, double mRoot, double k1, double k2)
    {
        var theory = Predict(n, d, sigma);
        Close(SparsityMetrics.FracLeInvN, a, .001, 0);
        Close(SparsityMetrics.FracLeTenthInvN, b, .001, .0004);
        Close(SparsityMetrics.CountGt1E3, count, .015, 0);
        Close(SparsityMetrics.TopN8Mass, m8, .002, 0);
        Close(SparsityMetrics.TopSqrtNMass, mRoot, .01, 0);
        Close(SparsityMetrics.KTv01Frac, k1, .04, 0);
        Close(SparsityMetrics.KTv001Frac, k2, .003, 0);
        Assert.False(theory.ContainsKey(SparsityMetrics.MaxP));
        Assert.Equal(sigma * sigma, theory[SparsityMetrics.TauRms], 12);

        // The golden's own standard error comes on top (paper 4F: up to .0006 for b).
        void Close(string metric, double golden, double relative, double absolute) =>
            Assert.True(Math.Abs(theory[metric] - golden) <= relative * golden + absolute, $"{metric}: theory {theory[metric]}, simulation {golden}");
    }

    [Theory]
    [InlineData(50)]
    [InlineData(250)]
    public void Causal_is_the_average_over_row_lengths(int n)
    {
        var causal = Predict(n, 64, 1, causal: true);
        var rows = Enumerable.Range(1, n).Select(length => Predict(length, 64, 1)).ToList();
        foreach (var metric in causal.Keys)
        {
            var average = rows.Average(row => row[metric]);
            Assert.True(Math.Abs(causal[metric] - average) <= 0.003 * Math.Abs(average), $"{metric}: {causal[metric]} against {average}");
        }
    }

    [Fact]
    public void Without_spread_every_row_is_uniform()
    {
        var theory = Predict(1000, 64, 0);
        Assert.Equal(1, theory[SparsityMetrics.FracLeInvN], 1e-12);
        Assert.Equal(0, theory[SparsityMetrics.FracLeTenthInvN]);
        Assert.Equal(Math.Log(1000), theory[SparsityMetrics.Entropy], 1e-9);
        Assert.Equal(1, theory[SparsityMetrics.NSumP2], 1e-9);
        Assert.Equal(.125, theory[SparsityMetrics.TopN8Mass], 1e-6);
        Assert.Equal(.9, theory[SparsityMetrics.KTv01Frac], 1e-3);
    }

    [Fact]
    public void Hot_scores_stay_finite()
    {
        foreach (var (metric, value) in Predict(512, 8, 6, causal: true))
            Assert.True(double.IsFinite(value), $"{metric} = {value}");
        var frozen = Predict(512, 64, 6);
        Assert.InRange(frozen[SparsityMetrics.Entropy], 0, 0.5);
        Assert.InRange(frozen[SparsityMetrics.NSumP2], 400, 512);
    }

    [Fact]
    public void A_model_without_theory_gets_none() =>
        Assert.Empty(SparsityTheory.Predict(new InputSpec("shared", 1, 64, 8, 1, 1, false)));

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, double> Predict(int n, int d, double sigma, bool causal = false) =>
        SparsityTheory.Predict(new InputSpec(InputModels.Independent, 1, n, d, sigma, 1, causal));
}
