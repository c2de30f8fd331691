using AttnSweep.Worker.Dispatch;

namespace AttnSweep.Clustering.Tests.Worker;

public sealed class DrainRuleTests
{
    [Theory]
    [InlineData(10, 0.80, true)]
    [InlineData(10, 0.75, false)]
    [InlineData(0.5, 0.15, true)]
    [InlineData(0.5, 0, false)]
    [InlineData(100, 1, true)]
    public void A_shard_may_finish_when_at_its_pace_so_far_it_ends_within_the_grace(double elapsed, double share, bool may) =>
        Assert.Equal(may, DrainRule.MayFinish(TimeSpan.FromSeconds(elapsed), share, TimeSpan.FromSeconds(3)));

    [Theory]
    [InlineData(null, 3)]
    [InlineData("", 3)]
    [InlineData("0", 0)]
    [InlineData("7.5", 7.5)]
    public void The_grace_is_three_seconds_unless_the_environment_says_otherwise(string? setting, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), DrainRule.GraceFromEnvironment(setting));

    [Theory]
    [InlineData("-1")]
    [InlineData("9")]
    [InlineData("NaN")]
    [InlineData("a while")]
    public void Anything_else_is_refused_with_what_would_be_right(string setting) =>
        Assert.Contains($"is '{setting}'; it is a number of seconds between 0 and 8", Assert.Throws<ArgumentException>(() => DrainRule.GraceFromEnvironment(setting)).Message, StringComparison.Ordinal);
}
