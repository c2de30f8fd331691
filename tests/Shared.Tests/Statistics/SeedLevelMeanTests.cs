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
        Assert.Equal(4, z.T!.Value, 12);
        Assert.Equal(7 * Math.Pow(0.25 / 0.09, 2), z.Degrees!.Value, 9);
        Assert.InRange(z.Value!.Value, 3, 4);
        Assert.True(z.Agrees);
        Assert.False(new ZScore(measured, 7.5, 0.4).Agrees);
        Assert.True(new ZScore(measured, 12, 0.4).Value < 0);
    }

    [Fact]
    public void The_same_distance_is_worth_less_with_few_seeds()
    {
        // |t| = 8 with 3 degrees of freedom: p = 0.0041, nothing to be alarmed at over a table of 90.
        var four = new ZScore(new SeedLevelMean(8, 1, 4), 0, 0);
        Assert.Equal(8, four.T!.Value, 12);
        Assert.Equal(2.87, four.Value!.Value, 2);
        Assert.True(four.Agrees);
        Assert.False(new ZScore(new SeedLevelMean(8, 1, 40), 0, 0).Agrees);
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
    public void Seeds_that_do_not_differ_give_no_yardstick()
    {
        var exact = SeedLevelMean.From([2, 2, 2]);
        Assert.Equal(0, new ZScore(exact, 2, 0).Value);
        Assert.Null(new ZScore(exact, 2.1, 0).Value);
        Assert.False(new ZScore(exact, 2.1, 0.01).Agrees);
    }

    [Fact]
    public void No_seed_is_refused()
    {
        Assert.Throws<ArgumentException>(() => SeedLevelMean.From([]));
        Assert.Throws<ArgumentException>(() => SeedLevelMean.From([1, double.NaN]));
    }
}
