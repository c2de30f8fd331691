using System.Globalization;
using AttnSweep.Coordinator.Schedules;

namespace AttnSweep.Clustering.Tests.Schedules;

public sealed class DueFiresTests
{
    private const string Berlin = "Europe/Berlin";
    private const string HalfPastOne = "30 1 * * *";
    private static readonly TimeSpan Window = TimeSpan.FromHours(12);

    [Fact]
    public void A_fire_time_is_due_from_its_very_moment_and_only_once()
    {
        Assert.Null(Find(HalfPastOne, "2026-01-10T12:00Z", "2026-01-11T00:29:59Z").Fire);
        Assert.Equal(new DueFires(At("2026-01-11T00:30Z"), 0), Find(HalfPastOne, "2026-01-10T12:00Z", "2026-01-11T00:30Z"));
        Assert.Equal(new DueFires(null, 0), Find(HalfPastOne, "2026-01-11T00:30Z", "2026-01-11T00:31Z"));
    }

    [Theory]
    [InlineData("2026-01-10T18:00Z", "2026-01-11T00:30Z")]
    [InlineData("2026-07-10T18:00Z", "2026-07-10T23:30Z")]
    public void The_zone_decides_winter_and_summer(string after, string fire) => Assert.Equal(At(fire), DueFires.Next(HalfPastOne, Berlin, At(after)));

    [Fact]
    public void In_spring_a_time_that_does_not_exist_fires_right_after_the_gap()
    {
        // 2026-03-29: the clock goes from 02:00 CET to 03:00 CEST, at 01:00 UTC.
        Assert.Equal(new DueFires(At("2026-03-29T01:00Z"), 0), Find("30 2 * * *", "2026-03-28T12:00Z", "2026-03-29T06:00Z", TimeSpan.FromDays(1)));
        Assert.Equal(At("2026-03-30T00:30Z"), DueFires.Next("30 2 * * *", Berlin, At("2026-03-29T01:00Z")));
    }

    [Fact]
    public void In_autumn_a_time_that_comes_twice_fires_once()
    {
        // 2026-10-25: the clock goes from 03:00 CEST back to 02:00 CET, at 01:00 UTC.
        Assert.Equal(new DueFires(At("2026-10-25T00:30Z"), 0), Find("30 2 * * *", "2026-10-24T12:00Z", "2026-10-25T06:00Z", TimeSpan.FromDays(1)));
        Assert.Equal(At("2026-10-26T01:30Z"), DueFires.Next("30 2 * * *", Berlin, At("2026-10-25T00:30Z")));
    }

    [Fact]
    public void Of_several_missed_times_only_the_latest_makes_a_run() =>
        Assert.Equal(
            new DueFires(At("2026-01-15T00:30Z"), 4),
            Find(HalfPastOne, "2026-01-10T12:00Z", "2026-01-15T08:00Z", TimeSpan.FromDays(30)));

    [Fact]
    public void What_is_older_than_the_window_is_not_caught_up()
    {
        Assert.Equal(At("2026-01-11T00:30Z"), Find(HalfPastOne, "2026-01-10T12:00Z", "2026-01-11T12:29Z").Fire);
        Assert.Null(Find(HalfPastOne, "2026-01-10T12:00Z", "2026-01-11T12:31Z").Fire);
        Assert.Equal(new DueFires(At("2026-01-15T00:30Z"), 0), Find(HalfPastOne, "2026-01-10T12:00Z", "2026-01-15T08:00Z"));
    }

    [Fact]
    public void A_clock_that_was_set_back_fires_nothing() => Assert.Equal(new DueFires(null, 0), Find(HalfPastOne, "2026-01-11T00:30Z", "2026-01-10T00:30Z"));

    [Fact]
    public void Six_fields_begin_with_seconds() => Assert.Equal(At("2026-01-10T12:00:15Z"), DueFires.Next("15 * * * * *", "UTC", At("2026-01-10T12:00Z")));

    [Fact]
    public void A_date_that_never_comes_has_no_next_time() => Assert.Null(DueFires.Next("0 0 30 2 *", "UTC", At("2026-01-10T12:00Z")));

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("61 1 * * *")]
    [InlineData("30 1 * *")]
    [InlineData("0 30 1 * * * *")]
    public void A_bad_expression_is_told_with_an_example_of_a_good_one(string cron)
    {
        var problem = Assert.Throws<ScheduleProblemException>(() => DueFires.Next(cron, Berlin, At("2026-01-10T12:00Z")));
        Assert.Contains($"'{cron}'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("30 1 * * *", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Europe/Atlantis")]
    [InlineData("../../etc/passwd")]
    public void A_bad_zone_is_told_with_an_example_of_a_good_one(string zone)
    {
        var problem = Assert.Throws<ScheduleProblemException>(() => DueFires.Next(HalfPastOne, zone, At("2026-01-10T12:00Z")));
        Assert.Contains($"'{zone}'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Europe/Berlin", problem.Message, StringComparison.Ordinal);
    }

    private static DueFires Find(string cron, string firedUpTo, string now, TimeSpan? window = null) =>
        DueFires.Find(cron, Berlin, At(firedUpTo), At(now), window ?? Window);

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
}
