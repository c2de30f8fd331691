using AttnSweep.Results;
using AttnSweep.Scheduling;
using static AttnSweep.Shared.Tests.Scheduling.Standings;

namespace AttnSweep.Shared.Tests.Scheduling;

/// <summary>Fair share, placement, retry, quarantine, skipping, budget, shard size and the forecast.</summary>
public sealed class SmallRulesTests
{
    [Fact]
    public void A_later_run_begins_beside_the_one_that_had_least_and_does_not_catch_up()
    {
        Assert.Equal(30, FairShare.BeginsWith([Run(1, used: 30), Run(2, used: 80)]));
        Assert.Equal(0, FairShare.BeginsWith([]));
    }

    [Theory]
    [InlineData(2, 0, false)]
    [InlineData(3, 0, true)]
    [InlineData(3, 12, true)]
    [InlineData(3, 13, false)]
    [InlineData(40, 100, true)]
    public void A_device_is_put_under_quarantine_for_what_others_complete(int failedHereOnly, int completed, bool quarantined) =>
        Assert.Equal(quarantined, QuarantineRule.Why(failedHereOnly, completed) is not null);

    [Fact]
    public void Three_failures_set_a_cell_aside()
    {
        Assert.Equal(AfterFailure.TryElsewhere, RetryRule.Decide(2));
        Assert.Equal(AfterFailure.SetAside, RetryRule.Decide(3));
    }

    [Fact]
    public void Larger_cells_of_the_same_kind_are_skipped_and_nothing_else()
    {
        var rule = SkipRule.Empty
            .Learn(new KnownLimit("naive", "cuda H100", 1, 8192, 64, Outcome.OutOfMemory))
            .Learn(new KnownLimit("naive", "cuda H100", 1, 16384, 64, Outcome.OutOfMemory))
            .Learn(new KnownLimit("naive", "cuda H100", 1, 64, 64, Outcome.Crashed));
        Assert.Single(rule.Limits);
        Assert.Equal("naive was out-of-memory at n=8192 d=64 on cuda H100: larger ones are not tried", rule.Why("naive", "cuda H100", 1, 8192, 64));
        Assert.NotNull(rule.Why("naive", "cuda H100", 2, 9000, 128));
        Assert.Null(rule.Why("naive", "cuda H100", 1, 8191, 128));
        Assert.Null(rule.Why("naive", "cuda H100", 1, 8192, 32));
        Assert.Null(rule.Why("flash", "cuda H100", 1, 8192, 64));
        Assert.Null(rule.Why("naive", "cuda H200", 1, 8192, 64));
        Assert.Equal(4096, Assert.Single(rule.Learn(new KnownLimit("naive", "cuda H100", 1, 4096, 32, Outcome.TimedOut)).Limits).N);
    }

    [Fact]
    public void A_budget_and_a_deadline_end_what_a_run_gets()
    {
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        Assert.Null(BudgetRule.WhyOver(1e9, null, now, null));
        Assert.Null(BudgetRule.WhyOver(3599, 3600, now, now.AddSeconds(1)));
        Assert.Equal("its budget of 1 device-hours is spent", BudgetRule.WhyOver(3600, 3600, now, null));
        Assert.Equal("its deadline was 2026-01-02 03:04:05 UTC", BudgetRule.WhyOver(0, null, now, now));
        Assert.True(BudgetRule.Affords(95, 10, 100));
        Assert.False(BudgetRule.Affords(96, 10, 100));
    }

    [Fact]
    public void A_cell_that_fits_nowhere_says_why()
    {
        DeviceStanding[] here = [Device("w1", memory: 8L << 30, labels: "fast"), Device("w2", memory: 64L << 30)];
        Assert.Null(PlacementRule.WhyNowhere(here, "cpu-simd", [], 32L << 30));
        Assert.Equal("no worker here offers cuda", PlacementRule.WhyNowhere(here, "cuda", [], 1));
        Assert.Equal("no worker with cpu-simd has the labels fast, numa; w1 lacks numa", PlacementRule.WhyNowhere(here, "cpu-simd", ["fast", "numa"], 1));
        Assert.Equal("needs 32768 MiB; the largest cpu-simd device here has 8192 MiB", PlacementRule.WhyNowhere(here, "cpu-simd", ["fast"], 32L << 30));
        Assert.Null(PlacementRule.WhyNotReplicated(here, "cpu-simd", [], 2));
        Assert.Equal("replicate: 3 needs 3 workers with cpu-simd; there are 2", PlacementRule.WhyNotReplicated(here, "cpu-simd", [], 3));
    }

    [Theory]
    [InlineData(100, 1, 5)]
    [InlineData(1, 8, 2)]
    [InlineData(1e6, 10, 60)]
    [InlineData(1e6, 0, 5)]
    public void A_shard_is_a_twentieth_of_what_a_device_has_to_do_within_bounds(double total, int devices, double seconds) =>
        Assert.Equal(seconds, ShardSizeRule.Seconds(total, devices));

    [Fact]
    public void The_forecast_follows_what_shards_have_really_taken_and_the_slowest_backend()
    {
        Assert.Equal(0, EtaRule.SecondsLeft([]));
        Assert.Equal(50, EtaRule.SecondsLeft([new BackendPace("cpu-simd", 100, 2, 0, 0)]));
        Assert.Equal(100, EtaRule.SecondsLeft([new BackendPace("cpu-simd", 100, 2, 990, 1990), new BackendPace("cuda", 10, 1, 0, 0)]));
        Assert.Null(EtaRule.SecondsLeft([new BackendPace("cuda", 10, 0, 0, 0)]));
    }
}
