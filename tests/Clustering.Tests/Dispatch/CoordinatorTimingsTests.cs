using AttnSweep.Coordinator;

namespace AttnSweep.Clustering.Tests.Dispatch;

public sealed class CoordinatorTimingsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_setting_leases_last_half_a_minute(string? setting) =>
        Assert.Equal(TimeSpan.FromSeconds(30), CoordinatorTimings.FromEnvironment(setting).LeaseDuration);

    [Theory]
    [InlineData("2", 2)]
    [InlineData("4.5", 4.5)]
    [InlineData("3600", 3600)]
    public void A_lease_as_asked_is_renewed_six_times_in_its_length(string setting, double seconds)
    {
        var timings = CoordinatorTimings.FromEnvironment(setting);
        Assert.Equal(TimeSpan.FromSeconds(seconds), timings.LeaseDuration);
        Assert.Equal(TimeSpan.FromSeconds(seconds / 6), timings.RenewEvery);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("1.9")]
    [InlineData("3601")]
    [InlineData("-5")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    public void Anything_else_is_refused_with_what_would_be_right(string setting)
    {
        var problem = Assert.Throws<ArgumentException>(() => CoordinatorTimings.FromEnvironment(setting));
        Assert.Contains($"{CoordinatorTimings.LeaseVariable} is '{setting}'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("between 2 and 3600", problem.Message, StringComparison.Ordinal);
    }
}
