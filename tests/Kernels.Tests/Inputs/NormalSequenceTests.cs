using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Inputs;

public sealed class NormalSequenceTests
{
    [Theory] // paper section 4H
    [InlineData(0, new ulong[] { 0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f, 0xf88bb8a8724c81ec },
        new[] { -.452757740217, .207766038934, 2.650605812080, -.490422825399 })]
    [InlineData(42, new ulong[] { 0xbdd732262feb6e95, 0x28efe333b266f103, 0x47526757130f9f52, 0x581ce1ff0e4ae394 },
        new[] { .414719750432, .652681222152, -.891886213628, 1.326833562814 })]
    public void Words_and_normals_are_those_of_the_fixture(ulong seed, ulong[] words, double[] normals)
    {
        var sequence = new NormalSequence(seed);
        Assert.Equal(words, Enumerable.Range(0, 4).Select(i => sequence.Word((ulong)i)));
        var made = Enumerable.Range(0, 2).SelectMany(i => new[] { sequence.Pair((ulong)i).Even, sequence.Pair((ulong)i).Odd }).ToArray();
        Assert.All(normals.Zip(made), pair => Assert.Equal(pair.First, pair.Second, 6e-13));
    }

    [Fact]
    public void Logarithm_and_sine_agree_with_the_library_to_an_ulp()
    {
        var sequence = new NormalSequence(3);
        for (ulong i = 0; i < 20_000; i++)
        {
            var u = sequence.Uniform(i);
            var log = Math.Log(u);
            Assert.InRange(Math.Abs(DeterministicMath.Log(u) - log), 0, 1.5 * (Math.BitIncrement(Math.Abs(log)) - Math.Abs(log)));
            // In turns the argument is exact and 2 pi u is not, so the library is off by up to an ulp of 2 pi.
            var (sin, cos) = DeterministicMath.SinCosTurns(u);
            Assert.Equal(Math.Sin(2 * Math.PI * u), sin, 1e-15);
            Assert.Equal(Math.Cos(2 * Math.PI * u), cos, 1e-15);
        }
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(1, 8)]
    [InlineData(5, 1)]
    [InlineData(6, 3)]
    public void Any_part_can_be_made_alone(int first, int count)
    {
        var (whole, part) = (new float[16], new float[count]);
        new NormalSequence(11).Fill(whole, 0, 1.5);
        new NormalSequence(11).Fill(part, (ulong)first, 1.5);
        Assert.Equal(whole.AsSpan(first, count).ToArray(), part);
    }

    [Fact]
    public void Tensors_have_the_pinned_bits()
    {
        var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 2, 257, 24, 1.25, 2026, false));
        Assert.Equal("4c8fdd35ec3d37d65d9ac5c4aaeb2a5fa35e03861f8fa8db", Fingerprint(input.Q).ToString("x16") + Fingerprint(input.K).ToString("x16") + Fingerprint(input.V).ToString("x16"));
    }

    [Fact]
    public void Tensors_are_standard_normal_times_sigma_and_unrelated()
    {
        var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 1, 512, 64, 2, 5, false));
        var size = input.Q.Length;
        double Mean(Func<int, double> value) => Enumerable.Range(0, size).Average(value);
        var bound = 5 / Math.Sqrt(size); // five standard errors
        Assert.InRange(Mean(i => input.Q[i] / 2), -bound, bound);
        Assert.InRange(Mean(i => input.K[i] * input.K[i] / 4) - 1, -bound * 1.5, bound * 1.5);
        Assert.InRange(Mean(i => input.V[i] * input.V[i]) - 1, -bound * 1.5, bound * 1.5);
        Assert.InRange(Mean(i => input.Q[i] * input.K[i] / 4), -bound, bound);
        Assert.InRange(Mean(i => input.K[i] * input.V[i] / 2), -bound, bound);
    }

    [Fact]
    public void An_unknown_model_is_named()
    {
        var e = Assert.Throws<ArgumentException>(() => AttentionInput.Create(new InputSpec("psychic", 1, 4, 4, 1, 1, false)));
        Assert.Contains("psychic", e.Message, StringComparison.Ordinal);
    }

    /// <summary>FNV-1a over the bits.</summary>
    private static ulong Fingerprint(float[] values) =>
        values.Aggregate(14695981039346656037UL, (hash, value) => (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211UL);
}
