using AttnSweep.Measuring;
using AttnSweep.Sweeps;

namespace AttnSweep.Tests.Measuring;

public sealed class WarmUpRuleTests
{
    [Fact]
    public void A_steady_device_is_warm_after_two_windows_and_the_least_time()
    {
        var rule = new WarmUpRule(MeasureRules.Standard);
        for (var i = 1; i <= 9; i++)
            rule.Add(100 + i % 2 * 0.5, 0.01 * i);
        Assert.False(rule.IsWarm);
        rule.Add(100, 0.10);
        Assert.True(rule.IsWarm);
        Assert.Equal(10, rule.Launches);
    }

    [Fact]
    public void Fast_launches_go_on_until_the_least_time()
    {
        var rule = new WarmUpRule(MeasureRules.Standard);
        for (var i = 1; i <= 200; i++)
            rule.Add(100, 0.0001 * i);
        Assert.False(rule.IsWarm);
        rule.Add(100, 0.025);
        Assert.True(rule.IsWarm);
    }

    [Fact]
    public void A_slow_clock_ramp_is_not_warm_until_it_ends()
    {
        var rule = new WarmUpRule(MeasureRules.Standard);
        for (var i = 0; i < 40; i++)
        {
            rule.Add(200 - i, 0.004 * (i + 10));
            Assert.False(rule.IsWarm); // 0.5 % a launch: unseen between neighbours, seen between windows
        }

        for (var i = 0; i < 10; i++)
            rule.Add(160, 0.2 + 0.004 * i);
        Assert.True(rule.IsWarm);
    }

    [Fact]
    public void The_cap_ends_what_never_settles()
    {
        var rule = new WarmUpRule(MeasureRules.Standard);
        for (var i = 1; i < 100; i++)
        {
            rule.Add(100 * i, 0.01 * i);
            Assert.False(rule.IsWarm);
        }

        rule.Add(1e4, 1.0);
        Assert.True(rule.IsWarm);
    }

    [Fact]
    public void One_launch_longer_than_the_cap_is_enough_and_none_is_not()
    {
        var rule = new WarmUpRule(MeasureRules.Standard);
        Assert.False(rule.IsWarm);
        rule.Add(4e6, 4.0);
        Assert.True(rule.IsWarm);
    }

    [Fact]
    public void The_cap_follows_a_quick_preset_and_never_undercuts_the_least_warm_up()
    {
        Assert.Equal(0.2, new WarmUpRule(MeasureRules.Quick).CapSeconds, 12);
        Assert.Equal(1, new WarmUpRule(MeasureRules.Standard).CapSeconds);
        Assert.Equal(3, new WarmUpRule(MeasureRules.Careful with { WarmUpSeconds = 3 }).CapSeconds);
    }
}
