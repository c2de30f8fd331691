using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Reference;

/// <summary>Keep sets and weights of the combined kernels, by hand, and what the estimates are estimates of.</summary>
public sealed class RosterRuleTests
{
    private static readonly double[] Probabilities = [0.05, 0.3, 0.1, 0.25, 0.1, 0.2];

    [Theory]
    [InlineData(0.01, new[] { 1 })]
    [InlineData(0.29, new[] { 1 })]
    [InlineData(0.31, new[] { 1, 3 })]
    [InlineData(0.74, new[] { 1, 3, 5 })]
    [InlineData(0.8, new[] { 1, 2, 3, 5 })] // of the two equal ones the first
    [InlineData(0.9, new[] { 1, 2, 3, 4, 5 })]
    [InlineData(1, new[] { 0, 1, 2, 3, 4, 5 })]
    public void Topp_keeps_the_fewest_keys_that_hold_the_mass(double mass, int[] kept) =>
        Assert.Equal(kept, Apply("topp", ("mass", mass)).Kept);

    [Fact]
    public void Topp_is_in_doubt_where_the_mass_is_all_but_reached_and_where_scores_tie()
    {
        Assert.Empty(Apply("topp", ("mass", 0.6)).Ambiguous);
        Assert.Equal([3, 5], Apply("topp", ("mass", 0.55 + 1e-11)).Ambiguous.Except([2, 4]));
        Assert.Equal([2, 4], Apply("topp", ("mass", 0.8)).Ambiguous);
    }

    [Theory]
    [InlineData(0.1, new[] { 1 })]
    [InlineData(0.3, new[] { 1, 3 })]
    [InlineData(1.09, new[] { 1, 3, 5 })]
    [InlineData(1.11, new[] { 1, 2, 3, 4, 5 })]
    [InlineData(50, new[] { 0, 1, 2, 3, 4, 5 })]
    public void A_margin_keeps_what_lies_less_below_the_best(double margin, int[] kept) =>
        Assert.Equal(kept, Apply("threshold", ("margin", margin)).Kept);

    [Fact]
    public void A_margin_is_in_doubt_at_its_edge() => Assert.Equal([2, 4], Apply("threshold", ("margin", Math.Log(3))).Ambiguous);

    [Theory]
    [InlineData(false, 0, new[] { 0, 1, 2, 3 })]
    [InlineData(false, 7, new[] { 0, 1, 6, 7, 8 })]
    [InlineData(true, 0, new[] { 0 })]
    [InlineData(true, 3, new[] { 0, 1, 2, 3 })]
    [InlineData(true, 7, new[] { 0, 1, 5, 6, 7 })]
    public void Sinks_stand_beside_the_window(bool causal, int row, int[] kept)
    {
        var input = new InputSpec(InputModels.Independent, 1, 12, 8, 1, 1, causal);
        var spec = AttentionKernelContract.Spec("sink-window", ("sinks", row == 0 && !causal ? 4 : 2), ("width", 3));
        Assert.Equal(kept, KeepRule.Apply(spec, input, row, new double[KeepRule.Visible(input, row)], 0).Kept);
    }

    [Fact]
    public void Samples_stand_for_all_keys_outside_the_top()
    {
        var keys = Apply("sample-topk", ("k", 2), ("samples", 3));
        Assert.Equal(5, keys.Kept.Count);
        Assert.All(keys.Kept.Zip(keys.Factors), k => Assert.Equal(k.First is 1 or 3 ? 1 : 4.0 / 3, k.Second));
        Assert.Equal(6, keys.Factors.Sum(), 1e-12);
        Assert.Empty(keys.Ambiguous);
        Assert.Empty(Apply("sample-topk", ("k", 2), ("samples", 4)).Factors);
    }

    [Fact]
    public void A_tie_at_the_last_of_the_top_puts_both_keys_and_the_end_of_the_sample_in_doubt()
    {
        var keys = Apply("sample-topk", ("k", 4), ("samples", 1)); // keys 2 and 4 tie
        Assert.Contains(2, keys.Ambiguous);
        Assert.Contains(4, keys.Ambiguous);
        Assert.Contains(keys.Kept.Zip(keys.Factors).Single(k => k.Second == 2).First, keys.Ambiguous);
        Assert.Equal(2, keys.AmbiguousFactor);
    }

    /// <summary>Over seeds of the draw, the estimates of sum exp(s) and of sum exp(s) v are right on average.</summary>
    [Theory]
    [InlineData("sample-topk")]
    [InlineData("hyper")]
    public void Estimates_are_unbiased(string kernel)
    {
        // Seed names the draws and the numbers; sigma 0.3 keeps the spread of the estimate small.
        var ratios = new List<double>();
        for (var seed = 1; seed <= 300; seed++)
        {
            var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 1, 64, 16, 0.7, seed, false));
            var spec = kernel == "hyper"
                ? AttentionKernelContract.Spec(kernel, ("bits", 4), ("block", 16), ("samples", 12), ("minimum", 1))
                : AttentionKernelContract.Spec(kernel, ("k", 8), ("samples", 8));
            var head = new HeadReference(input, 0, keepsScores: false);
            var scores = head.Truth(5);
            var keys = KeepRule.Apply(spec, input.Spec, 5, scores, 0, head.Plan(spec, 4)?.Invoke(5));
            ratios.Add(keys.Kept.Select((j, place) => keys.FactorAt(place) * Math.Exp(scores[j])).Sum() / scores.Sum(Math.Exp));
        }

        var (mean, error) = (ratios.Average(), Math.Sqrt(ratios.Average(r => (r - 1) * (r - 1)) / ratios.Count));
        Assert.InRange(error, 1e-6, 0.03);
        Assert.InRange(mean, 1 - (4 * error), 1 + (4 * error));
    }

    /// <summary>Queries and keys that point the same way fall into one bucket, and so into one block.</summary>
    [Fact]
    public void Hyper_keeps_the_key_that_equals_the_query()
    {
        var spec = new InputSpec(InputModels.Independent, 1, 256, 32, 1, 3, false);
        var random = AttentionInput.Create(spec);
        var input = random with { K = random.Q };
        var kernel = AttentionKernelContract.Spec("hyper", ("bits", 6), ("block", 32), ("samples", 1), ("minimum", 1));
        var plan = new HeadReference(input, 0, keepsScores: false).Plan(kernel, 4)!;
        for (var row = 0; row < spec.N; row++)
        {
            var keys = plan(row);
            var place = keys.Kept.IndexOf(row);
            Assert.True(place >= 0 && keys.FactorAt(place) == 1, $"row {row}");
            Assert.Equal(32, Enumerable.Range(0, keys.Kept.Count).Count(p => keys.FactorAt(p) == 1));
        }
    }

    private static KeptKeys Apply(string kernel, params (string, double)[] parameters)
    {
        var input = new InputSpec(InputModels.Independent, 1, Probabilities.Length, 8, 1, 1, false);
        return KeepRule.Apply(AttentionKernelContract.Spec(kernel, parameters), input, 2, Array.ConvertAll(Probabilities, Math.Log), 1e-10);
    }
}
