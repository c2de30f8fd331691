using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Inputs;

/// <summary>What the models and options promise of Q, K and V.</summary>
public sealed class InputModelTests
{
    private const int N = 512;
    private const int D = 32;

    [Theory] // Any machine, processor and vector width makes these bits; the suite also runs without AVX-512.
    [InlineData("shared", "", "f490cf6815de1e55f490cf6815de1e55a3136d708bc70e4b")]
    [InlineData("xwx", "norm", "ae5ab0e57dd04675f490cf6815de1e55a3136d708bc70e4b")]
    [InlineData("independent", "all", "74e419d425b9f11783b8f175cfca0709221761621dd645b2")]
    [InlineData("xwx", "norm all", "341be0d814dd914b74e419d425b9f117221761621dd645b2")]
    [InlineData("independent", "float16", "a43725ab7567d7ed0c7dd15b356bb7ed7998d8c389f3f7ed")]
    [InlineData("independent", "bfloat16", "e10f1166691b77ed504cf5d82f6677ed413bc9c12dee77ed")]
    public void Tensors_have_the_pinned_bits(string model, string options, string fingerprint)
    {
        var made = new InputOptions
        {
            Norm = options.Contains("norm", StringComparison.Ordinal) ? 7.5 : 0,
            DType = StorageTypes.All.Contains(options) ? options : StorageTypes.Full,
        };
        if (options.Contains("all", StringComparison.Ordinal))
            made = made with { LayerNorm = true, MeanV = 0.5, Rho = 0.7, RhoD = -0.3, Nu = 3.5, Outliers = 3, OutlierScale = 6 };
        var input = AttentionInput.Create(new InputSpec(model, 2, 61, 21, 1.25, 2026, false) { Options = made });
        Assert.Equal(fingerprint, string.Concat(new[] { input.Q, input.K, input.V }.Select(t => Fingerprint(t).ToString("x16"))));
    }

    [Fact]
    public void Options_reshape_the_same_draws_and_leave_V_alone()
    {
        var plain = Create(InputModels.Independent);
        foreach (var input in new[]
        {
            Create(InputModels.Shared), Create(InputModels.Xwx, new() { Norm = 3 }), Create(InputModels.Independent, new() { Nu = 4, Rho = 0.5, LayerNorm = true, Outliers = 1, OutlierScale = 9 }),
        })
        {
            Assert.Equal(plain.V, input.V);
        }

        Assert.Equal(plain.Q, Create(InputModels.Shared).K);
        Assert.Equal(plain.Q, Create(InputModels.Xwx, new() { Norm = 3 }).K);
        Assert.NotEqual(plain.Q, plain.K);
    }

    [Fact]
    public void Shared_has_one_X()
    {
        var input = Create(InputModels.Shared);
        Assert.Equal(input.Q, input.K);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void The_scores_of_xwx_grow_with_the_norm_and_heads_have_weights_of_their_own(double norm)
    {
        var input = AttentionInput.Create(new InputSpec(InputModels.Xwx, 2, N, D, 0.8, 3, false) { Options = new() { Norm = norm } });
        // tau = sigma^2 ||W||_F / sqrt(d), paper section 0. Over 512 keys and 512 queries that share W: 2 standard errors are some 5 %.
        for (var head = 0; head < 2; head++)
            Assert.InRange(TauRms(input, head) / (0.64 * norm / Math.Sqrt(D)), 0.93, 1.07);
        Assert.InRange(Math.Sqrt(input.Q.Average(x => (double)x * x)) / (0.8 * norm / Math.Sqrt(D)), 0.97, 1.03);
        Assert.NotEqual(input.Q[..(N * D)], input.Q[(N * D)..]);
    }

    [Fact]
    public void The_product_of_xwx_is_X_times_W()
    {
        // Unit rows of X would show W itself; a product is linear, so that doubling sigma doubles Q exactly, and doubling the norm too.
        var one = Create(InputModels.Xwx, new() { Norm = 4 });
        Assert.Equal(one.Q.Select(x => 2 * x), AttentionInput.Create(one.Spec with { Sigma = 2 }).Q);
        Assert.Equal(one.Q.Select(x => 2 * x), Create(InputModels.Xwx, new() { Norm = 8 }).Q);
        // Q lies in the row space of W: solving X W = Q from d rows reproduces all others.
        var w = Solve(one.K, one.Q);
        Assert.Equal(4, Math.Sqrt(w.Cast<double>().Sum(x => x * x)), 1e-3);
        for (var row = D; row < N; row += 37)
        {
            for (var c = 0; c < D; c++)
                Assert.Equal(Enumerable.Range(0, D).Sum(e => one.K[(row * D) + e] * w[e, c]), one.Q[(row * D) + c], 2e-3);
        }
    }

    [Fact]
    public void Layer_normalised_rows_have_mean_0_and_length_sigma_root_d()
    {
        var input = Create(InputModels.Independent, new() { LayerNorm = true }, sigma: 2);
        foreach (var tensor in new[] { input.Q, input.K })
        {
            for (var row = 0; row < N; row++)
            {
                var entries = tensor.AsSpan(row * D, D).ToArray();
                Assert.Equal(0, entries.Average(), 1e-6);
                Assert.Equal(4.0 * D, entries.Sum(x => (double)x * x), 1e-3);
            }
        }

        Assert.Equal(Create(InputModels.Independent).V, input.V);
    }

    [Fact]
    public void V_has_its_mean()
    {
        var (moved, plain) = (Create(InputModels.Shared, new() { MeanV = 2 }).V, Create(InputModels.Shared).V);
        Assert.All(moved.Zip(plain), pair => Assert.Equal(2 + pair.Second, pair.First, 1e-6f));
    }

    [Theory]
    [InlineData(0.9, 0)]
    [InlineData(0.5, 0)]
    [InlineData(-0.4, 0)]
    [InlineData(0, 0.8)]
    [InlineData(0.6, 0.3)]
    public void Neighbours_are_correlated_and_the_variance_is_kept(double rho, double rhoD)
    {
        var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 1, 4096, 64, 1.5, 8, false) { Options = new() { Rho = rho, RhoD = rhoD } });
        foreach (var x in new[] { input.Q, input.K })
        {
            // Correlated numbers count for fewer: 5 standard errors of the worst case here are 0.05.
            Assert.Equal(1, Mean(x, 0) / 2.25, 0.05);
            Assert.Equal(rho, Mean(x, 64) / 2.25, 0.05);
            Assert.Equal(rho * rho, Mean(x, 128) / 2.25, 0.05);
            var across = Enumerable.Range(0, x.Length).Where(i => i % 64 != 63).Average(i => (double)x[i] * x[i + 1]);
            Assert.Equal(rhoD, across / 2.25, 0.05);
        }

        Assert.Equal(0, Enumerable.Range(0, input.Q.Length).Average(i => (double)input.Q[i] * input.K[i]), 0.05);
    }

    [Theory] // Two-sided 10 %, 5 %, 1 % points of Student's t, from any table.
    [InlineData(3, 2.353363, 3.182446, 5.840909)]
    [InlineData(5, 2.015048, 2.570582, 4.032143)]
    [InlineData(30, 1.697261, 2.042272, 2.749996)]
    public void Heavy_tails_are_Students_t_scaled_to_sigma(double nu, double at10, double at5, double at1)
    {
        var x = AttentionInput.Create(new InputSpec(InputModels.Independent, 1, 4096, 64, 2, 8, false) { Options = new() { Nu = nu } }).Q;
        var scale = 2 * Math.Sqrt((nu - 2) / nu);
        foreach (var (point, share) in new[] { (at10, 0.10), (at5, 0.05), (at1, 0.01) })
        {
            var beyond = x.Count(v => Math.Abs(v) > point * scale) / (double)x.Length;
            Assert.InRange(beyond, share - (5 * Math.Sqrt(share / x.Length)), share + (5 * Math.Sqrt(share / x.Length)));
        }

        Assert.Equal(0, x.Average(v => (double)v), 5 * 2 / Math.Sqrt(x.Length));
        Assert.Equal(0, Mean(x, 1), 0.05);
    }

    [Fact]
    public void Outlier_channels_are_the_first_ones()
    {
        var (scaled, plain) = (Create(InputModels.Independent, new() { Outliers = 2, OutlierScale = 8 }), Create(InputModels.Independent));
        for (var i = 0; i < plain.Q.Length; i++)
        {
            Assert.Equal((i % D < 2 ? 8 : 1) * plain.Q[i], scaled.Q[i]);
            Assert.Equal((i % D < 2 ? 8 : 1) * plain.K[i], scaled.K[i]);
        }

        Assert.Equal(plain.V, scaled.V);
    }

    [Theory]
    [InlineData("xwx", 0, 0, "norm")]
    [InlineData("independent", 3, 0, "norm = 3")]
    [InlineData("independent", 0, 2, "nu = 2")]
    public void What_is_no_input_is_refused(string model, double norm, double nu, string named)
    {
        var spec = new InputSpec(model, 1, 4, 4, 1, 1, false) { Options = new() { Norm = norm, Nu = nu } };
        Assert.Contains(named.Split(' ')[0], Assert.Throws<ArgumentException>(() => AttentionInput.Create(spec)).Message, StringComparison.Ordinal);
    }

    private static AttentionInput Create(string model, InputOptions? options = null, double sigma = 1) =>
        AttentionInput.Create(new InputSpec(model, 1, N, D, sigma, 77, false) { Options = options ?? InputOptions.None });

    private static double Mean(float[] x, int lag) => Enumerable.Range(0, x.Length - lag).Average(i => (double)x[i] * x[i + lag]);

    private static double TauRms(AttentionInput input, int head)
    {
        var sum = 0.0;
        for (var i = 0; i < N; i++)
        {
            for (var j = 0; j < N; j++)
            {
                var score = 0.0;
                for (var c = 0; c < D; c++)
                    score += (double)input.Q[(((head * N) + i) * D) + c] * input.K[(((head * N) + j) * D) + c];
                sum += score * score / D;
            }
        }

        return Math.Sqrt(sum / N / N);
    }

    /// <summary>W of X W = Q from the first d rows, by elimination with pivots.</summary>
    private static double[,] Solve(float[] x, float[] q)
    {
        var a = new double[D, 2 * D];
        for (var i = 0; i < D; i++)
        {
            for (var c = 0; c < D; c++)
                (a[i, c], a[i, D + c]) = (x[(i * D) + c], q[(i * D) + c]);
        }

        for (var p = 0; p < D; p++)
        {
            var best = Enumerable.Range(p, D - p).MaxBy(i => Math.Abs(a[i, p]));
            for (var c = 0; c < 2 * D; c++)
                (a[p, c], a[best, c]) = (a[best, c], a[p, c]);
            for (var i = 0; i < D; i++)
            {
                var factor = i == p ? 0 : a[i, p] / a[p, p];
                for (var c = p; c < 2 * D; c++)
                    a[i, c] -= factor * a[p, c];
            }
        }

        var w = new double[D, D];
        for (var i = 0; i < D; i++)
        {
            for (var c = 0; c < D; c++)
                w[i, c] = a[i, D + c] / a[i, i];
        }

        return w;
    }

    /// <summary>FNV-1a over the bits.</summary>
    private static ulong Fingerprint(float[] values) =>
        values.Aggregate(14695981039346656037UL, (hash, value) => (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211UL);
}
