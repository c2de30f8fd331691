using AttnSweep.Theory;

namespace AttnSweep.Tests.Theory;

public sealed class SparsityBoundsTests
{
    [Theory]
    [InlineData(1024, 1, 1.0 / 1024, .1, 410.1)]
    [InlineData(1024, 2.25, 10.0 / 1024, .1, 102)]
    [InlineData(256, 1, 4.0 / 256, .1, 25.4)]
    [InlineData(16384, 1, 1e-3, .01, 21.1)]
    [InlineData(131072, 2.25, 1e-3, .01, 110.5)]
    [InlineData(131072, 1, 1.0 / 131072, .01, 41724.5)]
    public void B2_matches_the_golden_counts(double n, double tau, double eps, double delta, double k) =>
        Assert.Equal(k, SparsityBounds.CountAbove(n, tau, eps, delta), 0.051);

    [Fact]
    public void B0_holds_for_any_row()
    {
        Assert.Equal(102, SparsityBounds.CountAbove(1024, 10.0 / 1024));
        Assert.Equal(64, SparsityBounds.CountAbove(64, 1e-3));
    }

    [Fact]
    public void B1_bounds_the_mean_of_the_largest_p_of_the_simulated_rows()
    {
        // Paper 4F, n = 1024, d = 64, sigma = 1: mean max p .01647.
        var bound = SparsityBounds.MaxP(1024, 1, 0.1);
        Assert.InRange(bound, .01647, 20);
        Assert.Equal(Math.Exp(2 * Math.Sqrt(2 * Math.Log(20480))) / 1024, bound, 12);
    }

    [Fact]
    public void B4_and_B5_match_row_0_of_the_fixture()
    {
        var scores = Sparsity.Fixture.Scores(0).OrderDescending().ToArray();
        var z = scores.Sum(Math.Exp);
        var kept = scores.Take(4).Sum(Math.Exp) / z;
        var divergence = scores.Take(4).Sum(s => Math.Exp(s) / z / kept * Math.Log(1 / kept));
        Assert.Equal(.382983396, SparsityBounds.TotalVariationFromDivergence(divergence), 6e-10);
        Assert.Equal(.743741359, SparsityBounds.TotalVariationFromGap(16, 4, scores[3] - scores[4]), 6e-10);
        Assert.Equal(0, SparsityBounds.TotalVariationFromGap(16, 16, 0));
    }

    [Fact]
    public void B3_matches_row_0_of_the_fixture()
    {
        // 2 C TV = 1.207477344 bounds the norm of the row's error with C = max ||v_j||; entrywise the same with max |V|.
        var c = Enumerable.Range(0, 16).Max(j => Math.Sqrt(Enumerable.Range(0, 4).Sum(i => Math.Pow(Math.Sin(1.1 * (j * 4 + i)), 2))));
        Assert.Equal(1.207477344, SparsityBounds.OutputError(.382983396, c, renormalised: true), 5e-9);
        Assert.Equal(1.207477344 / 2, SparsityBounds.OutputError(.382983396, c, renormalised: false), 5e-9);
    }
}
