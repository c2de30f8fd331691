using AttnSweep.Statistics;

namespace AttnSweep.Tests.Statistics;

public sealed class SeedLevelMeanTests
{
    [Fact]
    public void The_error_comes_from_the_seeds()
    {
        var mean = SeedLevelMean.From([1, 2, 3, 6]);
        Assert.Equal(3, mean.Mean, 12);
        Assert.Equal(Math.Sqrt(14 / 3.0) / 2, mean.StandardError!.Value, 12);
        Assert.Equal(4, mean.Seeds);
    }

    [Fact]
    public void A_z_score_joins_both_errors()
    {
        var measured = new SeedLevelMean(10, 0.3, 8);
        var z = new ZScore(measured, 8, 0.4);
        Assert.Equal(4, z.Value!.Value, 12);
        Assert.True(z.Agrees);
        Assert.False(new ZScore(measured, 7.9, 0.4).Agrees);
        Assert.True(new ZScore(measured, 12, 0.4).Value < 0);
    }

    [Fact]
    public void One_seed_has_no_error_and_so_no_z()
    {
        var one = SeedLevelMean.From([5]);
        Assert.Null(one.StandardError);
        Assert.Null(new ZScore(one, 5, 0.1).Value);
        Assert.Null(new ZScore(one, 5, 0.1).Agrees);
    }

    [Fact]
    public void Errors_of_zero_agree_only_with_equality()
    {
        var exact = SeedLevelMean.From([2, 2, 2]);
        Assert.Equal(0, new ZScore(exact, 2, 0).Value);
        Assert.False(new ZScore(exact, 2.1, 0).Agrees);
    }

    [Fact]
    public void No_seed_is_refused()
    {
        Assert.Throws<ArgumentException>(() => SeedLevelMean.From([]));
        Assert.Throws<ArgumentException>(() => SeedLevelMean.From([1, double.NaN]));
    }
}
