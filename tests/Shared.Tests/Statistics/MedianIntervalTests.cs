using System.Numerics;
using AttnSweep.Statistics;

namespace AttnSweep.Tests.Statistics;

public sealed class MedianIntervalTests
{
    [Theory]
    // Tables of order-statistic intervals of the median, e.g. Dixon and Massey, Introduction to Statistical Analysis, table A-25.
    [InlineData(5, 0.95, 0)]
    [InlineData(6, 0.95, 1)]
    [InlineData(10, 0.95, 2)]
    [InlineData(20, 0.95, 6)]
    [InlineData(25, 0.95, 8)]
    [InlineData(30, 0.95, 10)]
    [InlineData(7, 0.99, 0)]
    [InlineData(8, 0.99, 1)]
    [InlineData(30, 0.99, 8)]
    [InlineData(1, 0.95, 0)]
    public void Ranks_match_the_published_tables(int count, double confidence, int rank) =>
        Assert.Equal(rank, MedianInterval.LowerRank(count, confidence));

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.95)]
    [InlineData(0.99)]
    [InlineData(0.999)]
    public void The_rank_is_the_largest_whose_exact_coverage_suffices(double confidence)
    {
        for (var count = 2; count <= 1200; count += count < 60 ? 1 : 97)
        {
            var rank = MedianInterval.LowerRank(count, confidence);
            if (rank > 0)
                Assert.True(Coverage(count, rank) >= confidence - 1e-12, $"count {count}, rank {rank}");
            if (2 * (rank + 1) <= count)
                Assert.True(Coverage(count, rank + 1) < confidence, $"count {count}, rank {rank} could be larger");
        }
    }

    [Fact]
    public void The_interval_is_made_of_samples()
    {
        var sorted = Enumerable.Range(1, 30).Select(i => (double)i).ToArray();
        Assert.Equal((10, 21), MedianInterval.OfSorted(sorted, 0.95));
        Assert.Equal((1, 4), MedianInterval.OfSorted([1, 2, 3, 4], 0.99)); // too few: the whole range
    }

    /// <summary>P(rank &lt;= number below the median &lt;= count - rank), from exact binomial coefficients.</summary>
    private static double Coverage(int count, int rank)
    {
        BigInteger term = 1, tail = 0;
        for (var k = 0; k < rank; k++)
        {
            tail += term;
            term = term * (count - k) / (k + 1);
        }

        var scaled = (tail * 2 * BigInteger.Pow(10, 18)) >> count;
        return 1 - (double)scaled / 1e18;
    }
}
