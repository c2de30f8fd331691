using AttnSweep.Measuring;
using AttnSweep.Sweeps;

namespace AttnSweep.Tests.Measuring;

public sealed class StoppingRuleTests
{
    private static readonly MeasureRules Rules = new("test", 3, 30, 1000, 0.1, 15, 0.005, 0.99, 3, 0.025, 256);

    [Fact]
    public void A_quiet_series_converges_at_the_least_samples()
    {
        var rule = new StoppingRule(Rules);
        for (var i = 0; i < 29; i++)
            rule.Add(100 + 0.1 * (i % 3));
        Assert.Null(rule.WhyStop(1));
        rule.Add(100.1);
        Assert.Equal("converged", rule.WhyStop(1));
    }

    [Fact]
    public void It_does_not_stop_before_the_least_time()
    {
        var rule = Filled(Rules, Enumerable.Repeat(100.0, 40));
        Assert.Null(rule.WhyStop(0.09));
        Assert.Equal("converged", rule.WhyStop(0.1));
    }

    [Fact]
    public void The_interval_that_decides_is_the_order_statistic_one()
    {
        // 30 samples at 99 %: ranks 8 and 23. With values 100 + i/10 their half width is 0.75, against a median of 101.45.
        // In an order without a trend: a trend is dependence, which this is not about.
        var values = Enumerable.Range(0, 30).Select(i => 100 + i * 7 % 30 / 10.0).ToArray();
        Assert.Equal("converged", Filled(Rules with { RelativeHalfWidth = 0.751 / 101.45 }, values).WhyStop(1));
        Assert.Null(Filled(Rules with { RelativeHalfWidth = 0.749 / 101.45 }, values).WhyStop(1));
    }

    [Fact]
    public void Outliers_do_not_hold_up_the_median()
    {
        var values = Enumerable.Range(0, 60).Select(i => i % 10 == 9 ? 5000.0 : 100 + 0.2 * (i % 2));
        Assert.Equal("converged", Filled(Rules, values).WhyStop(1));
    }

    [Fact]
    public void Noise_that_has_settled_ends_a_series_that_would_never_converge()
    {
        // Two equal modes, far apart: the median's interval spans both for ever, while the noise settles.
        var values = Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? 100.0 : 150.0).ToArray();
        var rule = new StoppingRule(Rules);
        foreach (var value in values)
        {
            rule.Add(value);
            if (rule.WhyStop(1) is not null)
                break;
        }

        Assert.Equal("noise-stable", rule.WhyStop(1));
        Assert.Equal(FirstCheckWithStableNoise(values), rule.Count);
    }

    /// <summary>nvbench's stdrel criterion written out: every 16 samples, more than 64 noise values, their spread around the latest below 5 %.</summary>
    private static int FirstCheckWithStableNoise(double[] values)
    {
        var noise = new List<double>();
        for (var count = 2; count <= values.Length; count++)
        {
            var mean = values.Take(count).Average();
            noise.Add(Math.Sqrt(values.Take(count).Sum(v => (v - mean) * (v - mean)) / (count - 1)) / mean);
            var spread = Math.Sqrt(noise.TakeLast(512).Sum(x => (x - noise[^1]) * (x - noise[^1])) / (noise.TakeLast(512).Count() - 1)) / noise[^1];
            if (count % 16 == 0 && noise.Count > 64 && spread < 0.05)
                return count;
        }

        return -1;
    }

    [Fact]
    public void Samples_that_lean_on_each_other_do_not_look_converged()
    {
        // A slow wave: 40 samples of it lie close together, and say nothing of where the next forty will lie.
        var rule = Filled(Rules, Enumerable.Range(0, 40).Select(i => 100 + (0.5 * Math.Sin(i / 12.0))));
        Assert.Null(rule.WhyStop(0.5));
        Assert.Equal("converged", Filled(Rules, Enumerable.Range(0, 40).Select(i => 100 + (0.5 * Math.Sin(i * 2.4)))).WhyStop(0.5));
    }

    [Fact]
    public void A_settled_noise_of_dependent_samples_needs_patience()
    {
        var rule = Filled(Rules, Enumerable.Range(0, 800).Select(i => 100 + 3 * Math.Sin(i / 3.0)));
        Assert.Null(rule.WhyStop(0.9));
        Assert.Equal("noise-stable", rule.WhyStop(1));
    }

    [Fact]
    public void Noise_that_still_grows_does_not_stop_it()
    {
        var rule = Filled(Rules, Enumerable.Range(0, 200).Select(i => 100 + Math.Pow(i, 1.5) * (i % 2)));
        Assert.Null(rule.WhyStop(1));
    }

    [Fact]
    public void Limits_end_it_before_the_least_samples_and_time_are_met()
    {
        var slow = Filled(Rules, [1e6, 2e6, 3e6]);
        Assert.Null(slow.WhyStop(14.9));
        Assert.Equal("max-time", slow.WhyStop(15));

        var many = Filled(Rules with { MaxSamples = 40 }, Enumerable.Range(0, 40).Select(i => 100.0 + i));
        Assert.Equal("max-samples", many.WhyStop(0.001));
    }

    [Fact]
    public void Too_few_samples_for_the_confidence_are_not_called_converged()
    {
        var rule = Filled(Rules with { MinSamples = 5, MaxSamples = 1000 }, Enumerable.Repeat(100.0, 7));
        Assert.Null(rule.WhyStop(1));
        rule.Add(100.0);
        Assert.Equal("converged", rule.WhyStop(1)); // 8 samples: the first number that can give 99 %
    }

    [Fact]
    public void A_sample_that_is_no_time_is_refused()
    {
        var rule = new StoppingRule(Rules);
        Assert.Throws<ArgumentException>(() => rule.Add(double.NaN));
        Assert.Throws<ArgumentException>(() => rule.Add(-1));
        Assert.Equal(0, rule.Count);
    }

    private static StoppingRule Filled(MeasureRules rules, IEnumerable<double> samples)
    {
        var rule = new StoppingRule(rules);
        foreach (var sample in samples)
            rule.Add(sample);
        return rule;
    }
}
