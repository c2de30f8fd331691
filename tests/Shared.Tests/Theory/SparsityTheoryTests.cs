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

    [Theory]
    // p_ii of paper section 0: its formula, which takes the sum over the others at its mean, and its simulation.
    [InlineData(0.5, .00371, .00375)]
    [InlineData(0.8, .0833, .0854)]
    [InlineData(0.9, .230, .239)]
    [InlineData(1, .471, .484)]
    public void The_weight_of_the_query_itself_is_that_of_the_paper(double sigma, double formula, double simulated)
    {
        const int n = 2048;
        const int d = 64;
        var mass = TauSpread.Average(sigma, d, tau =>
        {
            var self = tau * tau * Math.Sqrt(d) / (sigma * sigma);
            return new ExactRow(tau, n - 1, n, self).WithSelf(n, self).SelfMass;
        });
        Assert.Equal(1, mass / formula, 0.005);
        Assert.Equal(1, mass / simulated, 0.05);
    }

    [Fact]
    public void A_self_score_like_the_others_is_one_of_them()
    {
        // With tau = 0 all scores are equal, and so is the query's own.
        var row = new ExactRow(0, 1, 100, 0).WithSelf(100, 0);
        Assert.Equal(Math.Log(100), row.Row.LnZ, 1e-9);
        Assert.Equal(.01, row.Row.SumP2, 1e-9);
        Assert.Equal(Math.Log(100), row.Row.Entropy, 1e-9);
        Assert.Equal(.01, row.SelfMass, 1e-9);
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(30, 8)]
    [InlineData(200, 64)]
    public void Shared_inputs_are_as_a_simulation_of_their_rows(int n, int d)
    {
        // Rows drawn here by System.Random, given the query: n - 1 iid scores and the query's own.
        var (random, seen) = (new Random(11), new RowSparsity());
        const double sigma = 0.9;
        for (var row = 0; row < 6000; row++)
        {
            var x = Enumerable.Range(0, d).Sum(_ => Math.Pow(Normal(random), 2)) / d;
            var scores = Enumerable.Range(0, n - 1).Select(_ => sigma * sigma * Math.Sqrt(x) * Normal(random)).Append(sigma * sigma * Math.Sqrt(d) * x).ToArray();
            seen.Add(scores);
        }

        var (simulated, theory) = (seen.Summarise(), Predict(n, d, sigma, model: InputModels.Shared));
        foreach (var exact in new[] { SparsityMetrics.Entropy, SparsityMetrics.NSumP2, SparsityMetrics.LseMinusLnN })
            Assert.Equal(simulated[exact].Mean, theory[exact], 4 * simulated[exact].StandardDeviation / Math.Sqrt(6000));
        Assert.Equal(1, theory[SparsityMetrics.TauRms] / simulated[SparsityMetrics.TauRms].Mean, 0.02);
        if (n < 100)
            return;
        foreach (var share in new[] { SparsityMetrics.FracLeInvN, SparsityMetrics.TopN8Mass, SparsityMetrics.TopSqrtNMass, SparsityMetrics.KTv01Frac, SparsityMetrics.KTv001Frac })
            Assert.Equal(simulated[share].Mean, theory[share], 0.01);
    }

    [Theory]
    [InlineData(InputModels.Shared)]
    [InlineData(InputModels.Independent)]
    public void Every_causal_prediction_is_a_number(string model)
    {
        foreach (var (metric, value) in Predict(300, 16, 0.7, causal: true, model))
            Assert.True(double.IsFinite(value), $"{metric} = {value}");
    }

    [Fact]
    public void A_model_without_theory_gets_none()
    {
        Assert.Empty(Of(InputModels.File, new() { FilePath = "x", FileSha256 = new string('0', 64) }));
        Assert.Empty(Of(InputModels.Shared, new() { LayerNorm = true, RhoD = 0.5 }));
        Assert.Empty(Of(InputModels.Shared, new() { Nu = 5 }));
        Assert.Empty(Of(InputModels.Xwx, new() { Norm = 8, Rho = 0.5 }));
        Assert.Empty(Of(InputModels.Independent, new() { LayerNorm = true, Rho = 0.5 }));
        Assert.Empty(Of(InputModels.Independent, new() { DType = StorageTypes.Half }, sigma: 1e-4));
    }

    [Fact]
    public void Options_that_move_no_score_leave_every_prediction()
    {
        var plain = Of(InputModels.Independent, InputOptions.None);
        Assert.Equal(plain, Of(InputModels.Independent, new() { MeanV = 3 }));
        Assert.Equal(plain, Of(InputModels.Independent, new() { DType = StorageTypes.Brain }));
        Assert.Equal(11, plain.Count);
    }

    [Theory]
    // The squares, at sigma = 1 and d = 16.
    [InlineData("nu", 1)]
    [InlineData("layer_norm", 16 / 15.0)]            // tr C^2 / d with 1 and, off the diagonal, -1/(d-1)
    [InlineData("outliers", (15 + 81) / 16.0)]       // one channel of scale 3
    [InlineData("rho", (64 - 2.9375) / 63)]          // 1 - the variance of the mean of 64 values with correlations 2^-h
    public void Second_moments_alone_give_tau_and_nothing_else(string option, double square)
    {
        InputOptions options = option switch
        {
            "nu" => new() { Nu = 3 },
            "layer_norm" => new() { LayerNorm = true },
            "rho" => new() { Rho = 0.5 },
            _ => new() { Outliers = 1, OutlierScale = 3 },
        };
        var theory = SparsityTheory.Predict(new InputSpec(InputModels.Independent, 1, 64, 16, 1, 1, false) { Options = options });
        var value = Assert.Single(theory);
        Assert.Equal(SparsityMetrics.TauRms, value.Key);
        Assert.Equal(square, value.Value * value.Value, 1e-9);
    }

    [Fact]
    public void The_weight_norm_multiplies_tau()
    {
        double Tau(double norm) => Of(InputModels.Xwx, new() { Norm = norm })[SparsityMetrics.TauRms];
        Assert.Equal(2 * Tau(4), Tau(8), 1e-12);
        // sigma^2 norm / sqrt(d) off the diagonal; of 64 keys one is the query's own.
        Assert.Equal(8 / Math.Sqrt(8) * Math.Sqrt((63 + 1.25) / 64), Tau(8), 1e-12);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, double> Of(string model, InputOptions options, double sigma = 1) =>
        SparsityTheory.Predict(new InputSpec(model, 1, 64, 8, sigma, 1, false) { Options = options });

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, double> Predict(int n, int d, double sigma, bool causal = false, string model = InputModels.Independent) =>
        SparsityTheory.Predict(new InputSpec(model, 1, n, d, sigma, 1, causal));
}
