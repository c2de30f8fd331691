using System.Collections.Immutable;
using AttnSweep.Catalogue;
using AttnSweep.Sweeps;

namespace AttnSweep.Shared.Tests.Sweeps;

/// <summary>Work and memory of the kernels, against a count of the pairs that docs/kernels.md says are kept.</summary>
public sealed class KernelDefinitionTests
{
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(16, 4, false)]
    [InlineData(16, 4, true)]
    [InlineData(17, 5, false)]
    [InlineData(17, 5, true)]
    [InlineData(33, 33, false)]
    [InlineData(33, 33, true)]
    [InlineData(40, 1, false)]
    [InlineData(40, 1, true)]
    public void A_window_keeps_as_many_pairs_as_one_counts(int n, int width, bool causal)
    {
        var pairs = 0;
        for (var i = 0; i < n; i++)
        {
            var start = causal ? Math.Max(0, i + 1 - width) : Math.Clamp(i - width / 2, 0, n - width);
            pairs += causal ? i + 1 - start : width;
        }

        Assert.Equal(3.0 * pairs, Kept("window", n, causal, ("width", width)));
        Assert.Equal(4 * 8 * 3.0 * pairs, Flops("window", n, causal, ("width", width)));
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(16, 4, false)]
    [InlineData(16, 4, true)]
    [InlineData(17, 5, false)]
    [InlineData(17, 5, true)]
    [InlineData(33, 33, false)]
    [InlineData(33, 33, true)]
    [InlineData(40, 1, false)]
    [InlineData(40, 1, true)]
    public void Topk_keeps_as_many_pairs_as_one_counts_and_scores_all(int n, int k, bool causal)
    {
        var pairs = Enumerable.Range(0, n).Sum(i => Math.Min(k, causal ? i + 1 : n));
        var visible = Enumerable.Range(0, n).Sum(i => causal ? i + 1 : n);

        Assert.Equal(3.0 * pairs, Kept("topk", n, causal, ("k", k)));
        Assert.Equal(2 * 8 * 3.0 * (visible + pairs), Flops("topk", n, causal, ("k", k)));
    }

    [Theory]
    [InlineData(64, 16, 32)]
    [InlineData(70, 16, 32)]
    [InlineData(70, 16, 1)]
    [InlineData(70, 16, 70)]
    [InlineData(7, 16, 3)]
    [InlineData(33, 1, 5)]
    public void Causal_block_topk_keeps_as_many_pairs_as_one_counts(int n, int block, int keep)
    {
        var kept = Math.Max(1, (keep + block - 1) / block);
        double pairs = 0;
        for (var i = 0; i < n; i++)
        {
            var own = i / block;
            pairs += (i - own * block + 1) + (Math.Min(kept, own + 1) - 1) * block;
        }

        Assert.Equal(3 * pairs, Kept("block-topk", n, true, ("block", block), ("keep", keep)));
    }

    [Theory]
    [InlineData(64, 16, 32, 32)]
    [InlineData(64, 16, 20, 32)]
    [InlineData(64, 16, 1, 16)]
    [InlineData(64, 16, 64, 64)]
    [InlineData(70, 16, 70, 70)]
    public void Block_topk_keeps_whole_blocks(int n, int block, int keep, int keysPerQuery)
    {
        var blocks = (n + block - 1) / block;
        Assert.Equal(3.0 * n * keysPerQuery, Kept("block-topk", n, false, ("block", block), ("keep", keep)));
        Assert.Equal(4 * 8 * 3.0 * n * keysPerQuery + 2 * 8 * 3.0 * blocks * blocks, Flops("block-topk", n, false, ("block", block), ("keep", keep)));
    }

    /// <summary>Paper 4F, simulated: the share of keys with p &lt;= 1/n and &lt;= 0.1/n. Where x = tau / sqrt(2 ln n) is above 0.6 the closed form is an estimate.</summary>
    [Theory]
    [InlineData(256, 32, 1, 1.0, 0.68821, 0.005)]
    [InlineData(1024, 64, 0.5, 1.0, 0.54949, 0.001)]
    [InlineData(1024, 64, 1, 0.1, 0.03785, 0.001)]
    [InlineData(4096, 64, 1, 1.0, 0.69032, 0.001)]
    [InlineData(4096, 64, 1.5, 1.0, 0.86575, 0.005)]
    [InlineData(4096, 64, 1.5, 0.1, 0.53089, 0.005)]
    [InlineData(4096, 64, 2, 1.0, 0.96383, 0.015)]
    public void Threshold_keeps_the_share_that_simulation_found(int n, int d, double sigma, double times, double dropped, double tolerance)
    {
        var input = new InputSpec(InputModels.Independent, 2, n, d, sigma, 1, false);
        var kept = KernelCatalogue.Find("threshold")!.ExpectedKeptPairs(input, Spec("threshold", ("epsilon", times / n)));

        Assert.Equal(1 - dropped, kept / (2.0 * n * n), tolerance);
    }

    [Fact]
    public void A_causal_threshold_averages_over_the_lengths_of_rows()
    {
        var threshold = KernelCatalogue.Find("threshold")!;
        var spec = Spec("threshold", ("epsilon", 1.0 / 300));
        var byRow = Enumerable.Range(1, 300).Sum(m => threshold.ExpectedKeptPairs(new InputSpec(InputModels.Independent, 1, m, 64, 1, 1, false), spec) / m);

        Assert.Equal(1, threshold.ExpectedKeptPairs(new InputSpec(InputModels.Independent, 1, 300, 64, 1, 1, true), spec) / byRow, 0.002);
    }

    [Theory]
    [InlineData(1e-200)]
    [InlineData(1e6)]
    public void Absurd_sigmas_give_a_number(double sigma)
    {
        var kept = KernelCatalogue.Find("threshold")!.ExpectedKeptPairs(new InputSpec(InputModels.Independent, 1, 64, 8, sigma, 1, false), Spec("threshold", ("epsilon", 1.0 / 64)));
        Assert.InRange(kept, 0, 64 * 64);
    }

    [Fact]
    public void Dense_kernels_keep_everything_and_only_naive_holds_the_scores()
    {
        var input = new InputSpec(InputModels.Independent, 3, 64, 8, 1, 1, true);
        foreach (var kernel in KernelCatalogue.All.Where(k => k.IsDense))
        {
            Assert.Equal(3 * 64 * 65 / 2, kernel.ExpectedKeptPairs(input, KernelSpec.Plain(kernel.Name)));
            Assert.Equal(KernelDefinition.DenseFlops(input), kernel.UsefulFlops(input, KernelSpec.Plain(kernel.Name), input.VisiblePairs));
        }

        Assert.Equal(input.TensorBytes + 4 * 3 * 64 * 64, KernelCatalogue.Find("naive")!.MemoryBytesOn(Backends.Cuda, input, KernelSpec.Plain("naive")));
        Assert.Equal(["naive", "flash"], KernelCatalogue.All.Where(k => k.IsDense).Select(k => k.Name));
    }

    [Theory]
    [InlineData("topk", "k")]
    [InlineData("threshold", "epsilon")]
    public void Kernels_that_choose_by_score_hold_all_scores_on_ilgpu(string name, string parameter)
    {
        var (kernel, input) = (KernelCatalogue.Find(name)!, new InputSpec(InputModels.Independent, 2, 16384, 64, 1, 1, false));
        var spec = Spec(name, (parameter, 1));

        Assert.True(kernel.MemoryBytesOn(Backends.Cuda, input, spec) >= 4L * 2 * 16384 * 16384);
        // Lists with room for whole rows, of a block of rows on each of eight threads: 250 MB of 2 GB.
        Assert.True(kernel.MemoryBytesOn(Backends.CpuSimd, input, spec) < 4L * 2 * 16384 * 16384 / 2);
    }

    private static double Kept(string name, int n, bool causal, params (string, double)[] parameters) =>
        KernelCatalogue.Find(name)!.ExpectedKeptPairs(Input(n, causal), Spec(name, parameters));

    private static double Flops(string name, int n, bool causal, params (string, double)[] parameters) =>
        KernelCatalogue.Find(name)!.UsefulFlops(Input(n, causal), Spec(name, parameters), Kept(name, n, causal, parameters));

    private static InputSpec Input(int n, bool causal) => new(InputModels.Independent, 3, n, 8, 1, 1, causal);

    private static KernelSpec Spec(string name, params (string, double)[] parameters) =>
        new(name, parameters.ToImmutableSortedDictionary(p => p.Item1, p => p.Item2), name);
}
