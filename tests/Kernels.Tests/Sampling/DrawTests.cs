using System.Runtime.Intrinsics;
using AttnSweep.Catalogue;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Sampling;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Sampling;

/// <summary>What the drawing kernels draw: fixed by the seed, evenly spread, and the numbers that stored results were made with.</summary>
public sealed class DrawTests
{
    private static readonly InputSpec Input = new(InputModels.Independent, 2, 100, 16, 1, 7, false);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void A_permutation_gives_each_key_once_in_lanes_as_one_by_one(int visible)
    {
        var order = KeyPermutation.Of(new NormalSequence(5), visible);
        var keys = Enumerable.Range(0, (int)order.Mask + 1).Select(place => order.At((uint)place)).ToArray();

        Assert.Equal(Enumerable.Range(0, visible), keys.Where(k => k < visible).Select(k => (int)k).Order());
        Assert.InRange(order.Mask + 1u, (uint)visible, Math.Max(2, 2u * (uint)visible - 1));
        for (var place = 0; place + 8 <= keys.Length; place += 8)
            Assert.Equal(keys.Skip(place).Take(8), Enumerable.Range(0, 8).Select(lane => order.At(Vector256.Create((uint)place) + Vector256.CreateSequence(0u, 1u))[lane]));
    }

    [Fact]
    public void The_first_keys_of_many_permutations_are_even_alone_and_in_pairs()
    {
        const int visible = 50;
        const int draws = 10_000;
        var (first, pairs) = (new int[visible], new int[visible]);
        for (var row = 0; row < draws; row++)
        {
            var order = KeyPermutation.Of(new NormalSequence(11).Derive((ulong)row), visible);
            var keys = Enumerable.Range(0, (int)order.Mask + 1).Select(place => (int)order.At((uint)place)).Where(k => k < visible).Take(2).ToArray();
            first[keys[0]]++;
            pairs[(keys[1] - keys[0] + visible) % visible]++; // 1 .. 49, all as likely
        }

        // Chi-squared of 49 and 48 degrees of freedom: mean 49, deviation 10; five deviations.
        Assert.InRange(first.Sum(c => Math.Pow(c - (draws / 50.0), 2) / (draws / 50.0)), 15, 100);
        Assert.Equal(0, pairs[0]);
        Assert.InRange(pairs.Skip(1).Sum(c => Math.Pow(c - (draws / 49.0), 2) / (draws / 49.0)), 15, 100);
    }

    [Fact]
    public void Random_blocks_are_distinct_from_each_other_and_from_the_fixed_ones_and_even()
    {
        var shape = new BigBirdShape(N: 320, Block: 16, Blocks: 20, Window: 3, Global: 2, Random: 4, Causal: false);
        var counts = new int[20];
        for (var head = 0; head < 500; head++)
        {
            var kept = RandomBlocks.Kept(shape, RandomBlocks.StreamOf(Input, head), 10);
            Assert.Equal(kept.Distinct().Order(), kept);
            Assert.Equal(9, kept.Length);
            Assert.Empty(new[] { 0, 1, 9, 10, 11 }.Except(kept));
            foreach (var block in kept)
                counts[block]++;
        }

        Assert.All(counts.Where((_, block) => block is > 1 and not (9 or 10 or 11)), c => Assert.InRange(c, 85, 185)); // 133 expected, deviation 10
        Assert.Equal(Enumerable.Range(0, 20), RandomBlocks.Kept(shape, RandomBlocks.StreamOf(Input, 0), 1));
        Assert.Equal([0, 1, 2], RandomBlocks.Kept(shape with { Causal = true }, RandomBlocks.StreamOf(Input, 0), 2));
    }

    /// <summary>Stored results were made with these: a change of any of them is a change of the kernels, and must be named as such.</summary>
    [Fact]
    public void The_draws_of_a_seed_never_change()
    {
        var shape = new BigBirdShape(N: 640, Block: 16, Blocks: 40, Window: 1, Global: 0, Random: 5, Causal: false);
        var order = KeyPermutation.Of(Input, head: 1, row: 3);
        string[] drawn =
        [
            string.Join(' ', RandomBlocks.Kept(shape, RandomBlocks.StreamOf(Input, 1), 20)),
            string.Join(' ', Enumerable.Range(0, 8).Select(place => order.At((uint)place))),
            string.Join(' ', SampledKeys.Of(Input, 1, 0, new HyperPart(HyperPartKind.Estimated, 0, 100, 0, 100), 8)),
            string.Join("", HashPlanes.Of(Input, 2).Select(sign => sign > 0 ? '+' : '-')),
        ];
        Assert.Equal(
            [
                "0 5 11 14 20 34",
                "112 12 57 92 33 20 69 47",
                "79 97 62 16 60 0 83 34",
                "-----++++-++--+--+-+++-+++-++-+-",
            ], drawn);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(80)]
    [InlineData(1024)]
    public void Whole_numbers_of_a_hash_add_up_exactly_in_float(int d)
    {
        foreach (var largest in new[] { float.Epsilon, 1e-30f, 0.999f, 1f, 3.7f, 1e30f, float.MaxValue })
        {
            var factor = HashPlanes.Factor(largest, d);
            Assert.True(float.IsNormal(factor));
            Assert.Equal(factor, MathF.ScaleB(1, MathF.ILogB(factor)));
            Assert.InRange((double)largest * factor * d, 0, 1 << 23);
            if (largest is > 1e-29f)
                Assert.True((double)largest * factor * d > 1 << 20, "digits are thrown away");
        }

        Assert.Equal(1, HashPlanes.Factor(0, d));
    }

    [Fact]
    public void Neighbouring_buckets_differ_in_one_sign()
    {
        var byPlace = Enumerable.Range(0, 256).OrderBy(HashPlanes.Place).ToArray();
        Assert.Equal(Enumerable.Range(0, 256), byPlace.Select(HashPlanes.Place));
        Assert.All(byPlace.Zip(byPlace.Skip(1)), pair => Assert.Equal(1, System.Numerics.BitOperations.PopCount((uint)(pair.First ^ pair.Second))));
    }
}
