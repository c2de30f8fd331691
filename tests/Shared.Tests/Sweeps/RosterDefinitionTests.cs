using System.Collections.Immutable;
using AttnSweep.Catalogue;
using AttnSweep.Sweeps;

namespace AttnSweep.Shared.Tests.Sweeps;

/// <summary>Pairs, work and parts of the kernels that combine patterns, against a count of what docs/kernels.md says.</summary>
public sealed class RosterDefinitionTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(16, 0, 4)]
    [InlineData(16, 4, 4)]
    [InlineData(17, 9, 5)]
    [InlineData(17, 17, 5)]
    [InlineData(33, 2, 33)]
    [InlineData(40, 39, 1)]
    [InlineData(40, 40, 1)]
    [InlineData(40, 5, 38)]
    [InlineData(41, 30, 6)]
    public void A_sink_window_keeps_as_many_pairs_as_one_counts(int n, int sinks, int width)
    {
        foreach (var causal in new[] { false, true })
        {
            var pairs = 0;
            for (var i = 0; i < n; i++)
            {
                var start = causal ? Math.Max(0, i + 1 - width) : Math.Clamp(i - width / 2, 0, n - width);
                var end = causal ? i + 1 : start + width;
                pairs += Enumerable.Range(0, causal ? i + 1 : n).Count(j => j < sinks || (j >= start && j < end));
            }

            Assert.Equal(3.0 * pairs, Kept("sink-window", n, causal, ("sinks", sinks), ("width", width)));
        }
    }

    [Theory]
    [InlineData(64, 16, 1, 0, 0)]
    [InlineData(64, 16, 2, 1, 1)]
    [InlineData(70, 16, 3, 1, 0)]
    [InlineData(70, 16, 3, 2, 9)]
    [InlineData(96, 16, 1, 0, 2)]
    [InlineData(7, 16, 3, 3, 3)]
    public void Bigbird_keeps_as_many_pairs_as_one_counts(int n, int block, int window, int global, int random)
    {
        var blocks = (n + block - 1) / block;
        foreach (var causal in new[] { false, true })
        {
            var pairs = 0.0;
            for (var i = 0; i < n; i++)
            {
                var own = i / block;
                var seen = Enumerable.Range(0, causal ? own + 1 : blocks).ToArray();
                var w = Math.Min(window, blocks);
                var start = causal ? own + 1 - w : Math.Clamp(own - w / 2, 0, blocks - w);
                var kept = seen.Where(b => own < global || b < global || (b >= start && b < start + w)).ToArray();
                var rest = seen.Except(kept).ToArray();
                var drawn = Math.Min(random, rest.Length);
                pairs += kept.Sum(Keys) + (drawn == 0 ? 0 : drawn * rest.Average(Keys));
                int Keys(int b) => Math.Clamp((causal ? i + 1 : n) - b * block, 0, block);
            }

            Assert.Equal(3 * pairs, Kept("bigbird", n, causal, ("block", block), ("window", window), ("global", global), ("random", random)), 1e-9 * pairs);
        }
    }

    [Theory]
    [InlineData(100, 20)]
    [InlineData(101, 1)]
    [InlineData(257, 64)]
    [InlineData(64, 64)]
    [InlineData(1, 1)]
    public void The_parts_of_a_causal_hyper_cover_each_visible_pair_once(int n, int minimum)
    {
        var covered = new int[n, n];
        foreach (var part in HyperPart.Of(n, causal: true, minimum))
        {
            Assert.Equal(part.Kind == HyperPartKind.Estimated, part.Kind != HyperPartKind.ExactTriangle && part.Queries >= minimum);
            for (var i = 0; i < part.Queries; i++)
            {
                for (var j = 0; j < (part.Kind == HyperPartKind.ExactTriangle ? i + 1 : part.Keys); j++)
                    covered[part.FirstQuery + i, part.FirstKey + j]++;
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                Assert.Equal(j <= i ? 1 : 0, covered[i, j]);
        }
    }

    [Theory]
    [InlineData(4095, HyperPartKind.ExactRectangle)]
    [InlineData(4096, HyperPartKind.Estimated)]
    public void A_hyper_that_is_not_causal_is_one_part_exact_below_its_minimum(int n, HyperPartKind kind) =>
        Assert.Equal([new HyperPart(kind, 0, n, 0, n)], HyperPart.Of(n, causal: false, 4096));

    /// <summary>Paper 4I: 4 n d (b + m) + 4 n d r, and causal 4 d (n n0 / 2 + (n / 2)(b + m) log2(n / n0)): here less the draws that fall into blocks, and with the hashes.</summary>
    [Fact]
    public void The_work_of_hyper_is_that_of_the_papers_cost_model()
    {
        const int n = 1 << 17;
        (string, double)[] parameters = [("bits", 7), ("block", 256), ("samples", 256), ("minimum", 4096)];
        var full = Flops("hyper", n, false, parameters);
        var causal = Flops("hyper", n, true, parameters);

        Assert.Equal(1, full / (3 * (4.0 * n * 8 * 512 + 4.0 * n * 8 * 7)), 0.002);
        Assert.Equal(1, causal / (3 * 4.0 * 8 * (n * 4096.0 / 2 + n / 2 * (512.0 + 7) * 5)), 0.005);
        Assert.Equal(3.0 * 1000 * 1000, Kept("hyper", 1000, false, parameters));
        Assert.Equal(3.0 * 1000 * 1001 / 2, Kept("hyper", 1000, true, parameters));
    }

    [Theory]
    [InlineData(16, 4, 5, false)]
    [InlineData(16, 4, 5, true)]
    [InlineData(16, 12, 12, false)]
    [InlineData(16, 12, 12, true)]
    public void Sample_topk_keeps_the_top_and_the_samples(int n, int k, int samples, bool causal)
    {
        var pairs = Enumerable.Range(0, n).Sum(i => Math.Min(k + samples, causal ? i + 1 : n));
        Assert.Equal(3.0 * pairs, Kept("sample-topk", n, causal, ("k", k), ("samples", samples)));
    }

    /// <summary>Paper 4F, k1 and k2: the least k with TV &lt;= 0.1 and 0.01, as a share of n.</summary>
    [Theory]
    [InlineData(256, 32, 1, 0.9, 0.61592, 0.005)]
    [InlineData(1024, 64, 0.5, 0.9, 0.84958, 0.002)]
    [InlineData(1024, 64, 1, 0.99, 0.90797, 0.002)]
    [InlineData(4096, 64, 1, 0.9, 0.61238, 0.002)]
    [InlineData(4096, 64, 1.5, 0.9, 0.17577, 0.005)]
    [InlineData(4096, 64, 1.5, 0.99, 0.53529, 0.005)]
    public void Topp_keeps_the_share_that_simulation_found(int n, int d, double sigma, double mass, double share, double tolerance)
    {
        var input = new InputSpec(InputModels.Independent, 2, n, d, sigma, 1, false);
        Assert.Equal(share, KernelCatalogue.Find("topp")!.ExpectedKeptPairs(input, Spec("topp", ("mass", mass))) / (2.0 * n * n), tolerance);
        Assert.Equal(input.VisiblePairs, KernelCatalogue.Find("topp")!.ExpectedKeptPairs(input, Spec("topp", ("mass", 1))));
    }

    [Fact]
    public void A_margin_keeps_one_key_when_tiny_and_all_when_huge_and_more_the_wider_it_is()
    {
        var threshold = KernelCatalogue.Find("threshold")!;
        var input = new InputSpec(InputModels.Independent, 1, 1024, 64, 1, 1, false);
        var kept = new[] { 1e-9, 1, 2, 4, 8, 100 }.Select(m => threshold.ExpectedKeptPairs(input, Spec("threshold", ("margin", m)))).ToArray();

        Assert.Equal(kept.Order(), kept);
        Assert.Equal(1024, kept[0], 300.0);
        Assert.Equal(input.VisiblePairs, kept[^1], 1);
    }

    [Fact]
    public void Every_kernel_needs_at_least_its_tensors_and_does_no_more_than_it_says()
    {
        var input = new InputSpec(InputModels.Independent, 2, 4096, 64, 1, 1, true);
        (string, double)[] parameters =
        [
            ("epsilon", 0.001), ("k", 64), ("mass", 0.9), ("width", 128), ("sinks", 4), ("block", 64), ("window", 3), ("global", 1), ("random", 3),
            ("keep", 512), ("bits", 7), ("samples", 256), ("minimum", 1024),
        ];
        foreach (var kernel in KernelCatalogue.All)
        {
            var spec = Spec(kernel.Name, parameters);
            var kept = kernel.ExpectedKeptPairs(input, spec);
            Assert.InRange(kept, 1, input.VisiblePairs);
            Assert.True(kernel.UsefulFlops(input, spec, kept) > 4.0 * input.D * kept - 1, kernel.Name);
            Assert.True(kernel.MemoryBytes(input, spec) >= kernel.CompulsoryBytes(input, spec), kernel.Name);
            Assert.All(Backends.All, backend => Assert.True(kernel.MemoryBytesOn(backend, input, spec) >= input.TensorBytes));
        }
    }

    private static double Kept(string name, int n, bool causal, params (string, double)[] parameters) =>
        KernelCatalogue.Find(name)!.ExpectedKeptPairs(Input(n, causal), Spec(name, parameters));

    private static double Flops(string name, int n, bool causal, params (string, double)[] parameters) =>
        KernelCatalogue.Find(name)!.UsefulFlops(Input(n, causal), Spec(name, parameters), Kept(name, n, causal, parameters));

    private static InputSpec Input(int n, bool causal) => new(InputModels.Independent, 3, n, 8, 1, 1, causal);

    private static KernelSpec Spec(string name, params (string, double)[] parameters) =>
        new(name, parameters.ToImmutableSortedDictionary(p => p.Item1, p => p.Item2), name);
}
