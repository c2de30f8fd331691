using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Reference;

/// <summary>Paper section 4G: n = 16, d = 4, all in double, to the digits given there.</summary>
public sealed class PaperFixtureTests
{
    private const int N = 16;
    private const int D = 4;
    private const double Digits = 6e-9;

    private static readonly InputSpec Shape = new(InputModels.Independent, 1, N, D, 1, 1, false);
    private static readonly double[] Q = Fill(t => 1.3 * Math.Sin((.7 * t) + .2));
    private static readonly double[] K = Fill(t => 1.1 * Math.Cos((.45 * t) - .3));
    private static readonly double[] V = Fill(t => Math.Sin(1.1 * t));

    [Fact]
    public void Scores_and_softmax_of_row_0()
    {
        var scores = Scores(0);
        Near([1.544651731, -1.234966249, -.983477894, 1.681862724], scores[..4]);
        var p = (double[])scores.Clone();
        Assert.Equal(3.482908075, ReferenceAttention.Softmax<double>(p), Digits);
        Assert.Equal(.168430189, p.Max(), Digits);
        Assert.Equal(2.274395221, -p.Sum(x => x * Math.Log(x)), Digits);
        Assert.Equal(11, p.Count(x => x <= 1.0 / N));
    }

    [Fact]
    public void Dense_and_top_4_outputs_of_row_0()
    {
        Near([-.082200808, .522845581, .556522263, -.0179729], Output(Kernel("flash"), 0));
        Near([.032663556, .822659836, .713647065, -.175244754], Output(Kernel("topk", ("k", 4)), 0));
        Assert.Equal([0, 3, 7, 10], Kept(Kernel("topk", ("k", 4)), 0));
        Assert.Equal([0, 4, 7, 14], Kept(Kernel("topk", ("k", 4)), 5));
    }

    [Theory]
    [InlineData("topk", "k", 4, .820595319, .446092898, .462561495)]
    [InlineData("window", "width", 4, .51863448, .746364317, .39652937)]
    [InlineData("threshold", "epsilon", 1.0 / N, .552080882, .255597897, .368878661)]
    public void Errors_over_all_rows(string kernel, string parameter, double value, double frobenius, double variation, double largest)
    {
        var spec = Kernel(kernel, (parameter, value));
        var (squaredError, squaredTruth, max, lost) = (0.0, 0.0, 0.0, 0.0);
        for (var row = 0; row < N; row++)
        {
            var (dense, sparse) = (Output(Kernel("flash"), row), Output(spec, row));
            squaredTruth += dense.Sum(x => x * x);
            squaredError += dense.Zip(sparse).Sum(x => (x.First - x.Second) * (x.First - x.Second));
            max = Math.Max(max, dense.Zip(sparse).Max(x => Math.Abs(x.First - x.Second)));
            var p = Scores(row);
            ReferenceAttention.Softmax<double>(p);
            lost += (1 - Kept(spec, row).Sum(j => p[j])) / N;
        }

        Assert.Equal(frobenius, Math.Sqrt(squaredError / squaredTruth), Digits);
        Assert.Equal(variation, lost, Digits);
        Assert.Equal(largest, max, Digits);
    }

    [Fact]
    public void Single_precision_computes_the_same_to_its_own_digits()
    {
        var scores = new float[N];
        ReferenceAttention.Scores(
            Narrow(Q).AsSpan(0, D), ReferenceAttention.Transpose<float>(Narrow(K), D), .5f, scores);
        Assert.All(scores.Zip(Scores(0)), x => Assert.Equal(x.Second, x.First, 1e-6));
    }

    private static double[] Fill(Func<int, double> value) => [.. Enumerable.Range(0, N * D).Select(value)];

    private static float[] Narrow(double[] values) => Array.ConvertAll(values, v => (float)v);

    private static double[] Scores(int row)
    {
        var scores = new double[N];
        ReferenceAttention.Scores(Q.AsSpan(row * D, D), ReferenceAttention.Transpose<double>(K, D), Shape.Scale, scores);
        return scores;
    }

    private static int[] Kept(KernelSpec kernel, int row) => [.. KeepRule.Apply(kernel, Shape, row, Scores(row), 1e-12).Kept];

    private static double[] Output(KernelSpec kernel, int row)
    {
        var output = new double[D];
        ReferenceAttention.Output(Scores(row), Kept(kernel, row), V, output);
        return output;
    }

    private static KernelSpec Kernel(string name, params (string Name, double Value)[] parameters) => AttentionKernelContract.Spec(name, parameters);

    private static void Near(double[] expected, double[] actual) => Assert.All(expected.Zip(actual), x => Assert.Equal(x.First, x.Second, Digits));
}
