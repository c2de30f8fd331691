using AttnSweep.Statistics;

namespace AttnSweep.Tests.Statistics;

public sealed class StudentAsNormalTests
{
    // Two-sided 5 %, 1 % and 0.1 % points of Student's t from the usual tables; the normal ones are 1.9600, 2.5758 and 3.2905.
    [Theory]
    [InlineData(1, 12.7062, 1.95996)]
    [InlineData(2, 4.30265, 1.95996)]
    [InlineData(3, 3.18245, 1.95996)]
    [InlineData(3, 5.84091, 2.57583)]
    [InlineData(3, 12.9240, 3.29053)]
    [InlineData(10, 4.58689, 3.29053)]
    [InlineData(30, 3.64596, 3.29053)]
    public void Table_values_of_t_become_table_values_of_z(double degrees, double t, double z)
    {
        Assert.Equal(z, StudentAsNormal.Z(t, degrees), 4);
        Assert.Equal(-z, StudentAsNormal.Z(-t, degrees), 4);
    }

    [Fact]
    public void Extremes_stay_finite_where_t_is_finite_and_rise_with_t()
    {
        Assert.Equal(0, StudentAsNormal.Z(0, 3));
        Assert.Equal(double.PositiveInfinity, StudentAsNormal.Z(double.PositiveInfinity, 3));
        Assert.Equal(5, StudentAsNormal.Z(5, double.PositiveInfinity));
        double[] rising = [.. new[] { 1, 10, 36, 40, 100.0 }.Select(t => StudentAsNormal.Z(t, 5000))];
        Assert.Equal(rising.Order(), rising);
        Assert.All(rising, z => Assert.True(double.IsFinite(z)));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentAsNormal.Z(1, 0));
    }
}
