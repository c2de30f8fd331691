using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Reference;

/// <summary>The gate must let right outputs pass and must bite: each mistake here is one that kernels really make.</summary>
public sealed class KernelVerifierTests
{
    private static readonly KernelSpec Flash = KernelSpec.Plain("flash");

    /// <summary>A plain float streaming softmax with a mistake to order.</summary>
    private sealed record Mutant(int MaskShift = 0, bool Rescales = true, int KeysDropped = 0, double ScoreFactor = 1)
    {
        public float[] Run(AttentionInput input, int tile = 32)
        {
            var (n, d) = (input.Spec.N, input.Spec.D);
            var output = new float[input.Q.Length];
            for (var i = 0; i < n; i++)
            {
                var (max, sum, o) = (float.NegativeInfinity, 0f, new float[d]);
                var visible = Math.Clamp((input.Spec.Causal ? i + 1 : n) + MaskShift, 1, n);
                for (var start = 0; start < visible - (visible == n ? KeysDropped : 0); start += tile)
                {
                    var scores = Enumerable.Range(start, Math.Min(tile, visible - start))
                        .Select(j => (float)ScoreFactor * (float)input.Spec.Scale * Enumerable.Range(0, d).Sum(c => input.Q[(i * d) + c] * input.K[(j * d) + c])).ToArray();
                    var next = Math.Max(max, scores.Max());
                    var shrink = MathF.Exp(max - next);
                    sum *= shrink;
                    for (var c = 0; c < d && Rescales; c++)
                    {
                        o[c] *= shrink;
                    }

                    for (var j = 0; j < scores.Length; j++)
                    {
                        var weight = MathF.Exp(scores[j] - next);
                        sum += weight;
                        for (var c = 0; c < d; c++)
                        {
                            o[c] += weight * input.V[((start + j) * d) + c];
                        }
                    }

                    max = next;
                }

                for (var c = 0; c < d; c++)
                {
                    output[(i * d) + c] = o[c] / sum;
                }
            }

            return output;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_right_kernel_passes_and_each_mutant_is_rejected(bool causal)
    {
        var input = Input(n: 97, causal: causal);
        var verifier = new KernelVerifier(input, 97);
        var right = verifier.Check(Flash, new Mutant().Run(input));
        Assert.True(right.IsRight, right.WhyWrong);
        Assert.Equal(input.Spec.VisiblePairs, right.KeptPairs);
        Assert.Null(right.Error.TotalVariation);

        Assert.False(verifier.Check(Flash, new Mutant(MaskShift: -1).Run(input)).IsRight, "mask off by one");
        Assert.False(verifier.Check(Flash, new Mutant(Rescales: false).Run(input)).IsRight, "accumulator not rescaled");
        Assert.False(verifier.Check(Flash, new Mutant(KeysDropped: 1).Run(input)).IsRight, "last tile dropped");
        Assert.False(verifier.Check(Flash, new Mutant(ScoreFactor: 1.001).Run(input)).IsRight, "scale slightly wrong");
        if (causal)
        {
            Assert.False(verifier.Check(Flash, new Mutant(MaskShift: 1).Run(input)).IsRight, "sees the future");
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void An_output_that_is_no_number_is_wrong_and_says_where(float value)
    {
        var input = Input(n: 20);
        var output = new Mutant().Run(input);
        output[(13 * input.Spec.D) + 5] = value;
        var verdict = new KernelVerifier(input, 20).Check(Flash, output);
        Assert.False(verdict.IsRight);
        Assert.Contains("row 13", verdict.WhyWrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("topk", "k", 12, 13)]
    [InlineData("window", "width", 12, 13)]
    [InlineData("threshold", "epsilon", 0.02, 0.0201)]
    public void A_selection_that_is_slightly_off_is_rejected(string kernel, string parameter, double right, double wrong)
    {
        var input = Input(n: 90);
        var verifier = new KernelVerifier(input, 90);
        var asked = AttentionKernelContract.Spec(kernel, (parameter, right));
        Assert.True(verifier.Check(asked, Run(asked, input)).IsRight);
        Assert.False(verifier.Check(asked, Run(AttentionKernelContract.Spec(kernel, (parameter, wrong)), input)).IsRight);
    }

    [Fact]
    public void Keeping_other_blocks_is_rejected()
    {
        var input = Input(n: 90);
        var verifier = new KernelVerifier(input, 90);
        var asked = AttentionKernelContract.Spec("block-topk", ("block", 16), ("keep", 32));
        var other = AttentionKernelContract.Spec("block-topk", ("block", 16), ("keep", 48));
        Assert.True(verifier.Check(asked, Run(asked, input)).IsRight);
        Assert.False(verifier.Check(asked, Run(other, input)).IsRight);
    }

    public static TheoryData<string, (string, double)[], (string, double)[]> Neighbours => new()
    {
        { "topp", [("mass", 0.9)], [("mass", 0.93)] },
        { "threshold", [("margin", 2)], [("margin", 2.05)] },
        { "sink-window", [("sinks", 4), ("width", 16)], [("sinks", 5), ("width", 16)] },
        { "bigbird", [("block", 16), ("window", 1), ("global", 1), ("random", 2)], [("block", 16), ("window", 1), ("global", 1), ("random", 1)] },
        { "hyper", [("bits", 5), ("block", 16), ("samples", 8), ("minimum", 1)], [("bits", 4), ("block", 16), ("samples", 8), ("minimum", 1)] },
        { "hyper", [("bits", 5), ("block", 16), ("samples", 8), ("minimum", 1)], [("bits", 5), ("block", 16), ("samples", 9), ("minimum", 1)] },
        { "sample-topk", [("k", 8), ("samples", 8)], [("k", 8), ("samples", 9)] },
    };

    [Theory, MemberData(nameof(Neighbours))]
    public void The_neighbouring_parameter_of_a_combined_kernel_is_rejected(string kernel, (string, double)[] asked, (string, double)[] other)
    {
        var input = Input(n: 90);
        var verifier = new KernelVerifier(input, 90);
        var right = verifier.Check(AttentionKernelContract.Spec(kernel, asked), Run(AttentionKernelContract.Spec(kernel, asked), input));
        Assert.True(right.IsRight, right.WhyWrong);
        Assert.InRange(right.Error.AmbiguousRows, 0, 2);
        Assert.False(verifier.Check(AttentionKernelContract.Spec(kernel, asked), Run(AttentionKernelContract.Spec(kernel, other), input)).IsRight);
    }

    [Fact]
    public void Equal_scores_are_ambiguous_and_either_choice_passes_but_nonsense_does_not()
    {
        // Sigma 0: all scores are 0, so rounding may choose any k keys.
        var input = Input(n: 24, sigma: 0);
        var asked = AttentionKernelContract.Spec("topk", ("k", 12));
        var verifier = new KernelVerifier(input, 24);
        var verdict = verifier.Check(asked, Run(asked, input));
        Assert.True(verdict.IsRight, verdict.WhyWrong);
        Assert.Equal(24, verdict.Error.AmbiguousRows);
        Assert.False(verifier.Check(asked, Enumerable.Repeat(100f, input.Q.Length).ToArray()).IsRight);
    }

    [Fact]
    public void Errors_against_dense_and_kept_pairs_are_reported()
    {
        var input = Input(n: 80, heads: 2);
        var asked = AttentionKernelContract.Spec("topk", ("k", 10));
        var verdict = new KernelVerifier(input, 80).Check(asked, Run(asked, input));
        Assert.Equal(2 * 80 * 10, verdict.KeptPairs);
        Assert.Equal(160, verdict.Error.Rows);
        Assert.InRange(verdict.Error.TotalVariation!.Value, 0.3, 0.8); // paper 4E: M(1/8) = .44 at tau = 1
        Assert.InRange(verdict.Error.RelativeFrobenius, 0.5, 2.5);
        Assert.InRange(verdict.Error.Verification, 0, verdict.Error.Allowed);
    }

    [Theory]
    [InlineData(100, 10)]
    [InlineData(1000, 64)]
    public void Sampled_rows_are_fixed_and_hold_the_first_and_the_last(int n, int count)
    {
        var spec = Input(n: 4).Spec with { N = n };
        var rows = RowSample.ForVerification(spec, count);
        Assert.Equal(rows, RowSample.ForVerification(spec, count));
        Assert.Equal((0, n - 1), (rows[0], rows[^1]));
        Assert.InRange(rows.Length, count - 2, count);
        Assert.Equal(rows.Distinct().Order(), rows);
        Assert.Equal(count, RowSample.ForSparsity(spec, count).Distinct().Count());
    }

    private static AttentionInput Input(int n, bool causal = false, double sigma = 1, int heads = 1) =>
        AttentionInput.Create(new InputSpec(InputModels.Independent, heads, n, 32, sigma, 3, causal));

    private static float[] Run(KernelSpec kernel, AttentionInput input)
    {
        using var device = new CpuSimdDevice(threads: 1);
        using var prepared = device.Prepare(kernel, input);
        var output = new float[input.Q.Length];
        prepared.Launch(1);
        prepared.ReadOutput(output);
        return output;
    }
}
