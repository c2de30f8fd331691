using AttnSweep.Results;
using AttnSweep.Sparsity;

namespace AttnSweep.Tests.Sparsity;

public sealed class RowSparsityTests
{
    [Fact]
    public void Row_0_of_the_fixture_has_the_published_digits()
    {
        var row = Measure(Fixture.Scores(0));
        Assert.Equal(3.482908075 - Math.Log(16), row[SparsityMetrics.LseMinusLnN].Mean, 1.1e-9);
        Assert.Equal(.168430189, row[SparsityMetrics.MaxP].Mean, 1.1e-9);
        Assert.Equal(2.274395221, row[SparsityMetrics.Entropy].Mean, 1.1e-9);
        Assert.Equal(16 * .123861051, row[SparsityMetrics.NSumP2].Mean, 1e-8);
        Assert.Equal(11 / 16.0, row[SparsityMetrics.FracLeInvN].Mean);
        Assert.Equal(.617016604, row[SparsityMetrics.TopSqrtNMass].Mean, 1.1e-9);
    }

    [Fact]
    public void Row_5_of_the_fixture_has_the_published_digits()
    {
        var row = Measure(Fixture.Scores(5));
        Assert.Equal(3.136700897 - Math.Log(16), row[SparsityMetrics.LseMinusLnN].Mean, 1.1e-9);
        Assert.Equal(.128484533, row[SparsityMetrics.MaxP].Mean, 1.1e-9);
        Assert.Equal(2.528245859, row[SparsityMetrics.Entropy].Mean, 1.1e-9);
        Assert.Equal(16 * .092496824, row[SparsityMetrics.NSumP2].Mean, 1e-8);
        Assert.Equal(10 / 16.0, row[SparsityMetrics.FracLeInvN].Mean);
        Assert.Equal(.497240255, row[SparsityMetrics.TopSqrtNMass].Mean, 1.1e-9);
    }

    [Fact]
    public void The_means_over_the_fixture_have_the_published_digits()
    {
        var all = Measure(Enumerable.Range(0, 16).Select(Fixture.Scores).ToArray());
        Assert.Equal(.61328125, all[SparsityMetrics.FracLeInvN].Mean, 1e-12);
        Assert.Equal(.553907102, all[SparsityMetrics.TopSqrtNMass].Mean, 1.1e-9);
        Assert.Equal(2.428235483, all[SparsityMetrics.Entropy].Mean, 1.1e-9);
        Assert.Equal(16 * .105748739, all[SparsityMetrics.NSumP2].Mean, 1e-8);
        Assert.Equal(3.210158637 - Math.Log(16), all[SparsityMetrics.LseMinusLnN].Mean, 1.1e-9);
    }

    [Fact]
    public void Every_metric_equals_its_definition_written_out()
    {
        for (var i = 0; i < 16; i++)
        {
            var scores = Fixture.Scores(i);
            var p = scores.Select(s => Math.Exp(s) / scores.Sum(Math.Exp)).OrderDescending().ToArray();
            var row = Measure(scores);
            Assert.Equal(p.Count(x => x <= 0.1 / 16) / 16.0, row[SparsityMetrics.FracLeTenthInvN].Mean);
            Assert.Equal(p.Count(x => x > 1e-3), row[SparsityMetrics.CountGt1E3].Mean);
            Assert.Equal(p[0] + p[1], row[SparsityMetrics.TopN8Mass].Mean, 1e-12);
            Assert.Equal(SmallestK(p, 0.1) / 16.0, row[SparsityMetrics.KTv01Frac].Mean);
            Assert.Equal(SmallestK(p, 0.01) / 16.0, row[SparsityMetrics.KTv001Frac].Mean);
            Assert.Equal(SmallestK(p, 0.05) / 16.0, row[SparsityMetrics.KTv005Frac].Mean);
            Assert.Equal(p.Count(x => x <= 10.0 / 16) / 16.0, row[SparsityMetrics.FracLeTenInvN].Mean);
            Assert.Equal((p.Count(x => x > 1e-2), p.Count(x => x > 1e-4)), (row[SparsityMetrics.CountGt1E2].Mean, row[SparsityMetrics.CountGt1E4].Mean));
            Assert.Equal(Math.Exp(-p.Sum(x => x * Math.Log(x))) / 16, row[SparsityMetrics.EffectiveFrac].Mean, 1e-12);
        }
    }

    [Fact]
    public void Columns_are_concentrated_where_rows_agree_on_a_key()
    {
        var columns = new ColumnConcentration(2);
        columns.Add([0, 0]);                // 1/2 and 1/2
        columns.Add([Math.Log(3), 0]);      // 3/4 and 1/4
        var alpha = columns.Summarise();
        Assert.Equal(2 * (0.25 + 0.5625), alpha.Max, 12);
        Assert.Equal(2 * (0.25 + 0.0625), alpha.Min, 12);
        Assert.Throws<ArgumentException>(() => columns.Add([1, 2, 3]));
    }

    [Fact]
    public void Blocks_are_empty_by_their_largest_weight_and_needed_by_their_mass()
    {
        // Two queries over three blocks of two keys: the last block holds nothing above 1/6, and 3 % of the mass.
        var blocks = new BlockSparsity(2);
        blocks.Add([[0.5, 0.1, 0.2, 0.17, 0.02, 0.01], [0.4, 0.2, 0.1, 0.27, 0.01, 0.02]]);
        Assert.Equal(
            [("block_2_empty_frac", 1 / 3.0), ("block_2_k_tv_0_05_frac", 2 / 3.0)],
            blocks.Summarise().Select(m => (m.Key, m.Value.Mean)));
    }

    [Fact]
    public void The_mean_of_tau_is_the_root_of_the_mean_variance_and_the_rest_is_over_deviations()
    {
        var tau = Measure([1, 3], [10, 16])[SparsityMetrics.TauRms]; // variances 2 and 18
        Assert.Equal(Math.Sqrt(10), tau.Mean, 12);
        Assert.Equal(Math.Sqrt(2), tau.Min, 12);
        Assert.Equal(Math.Sqrt(18), tau.Max, 12);
        Assert.Equal((Math.Sqrt(2) + Math.Sqrt(18)) / 2, tau.P50, 12);
    }

    [Fact]
    public void A_row_with_one_key_counts_everywhere_except_in_tau()
    {
        var summary = Measure([4.2], [1, 3]);
        Assert.Equal(1, summary[SparsityMetrics.MaxP].Max);
        Assert.Equal(0, summary[SparsityMetrics.Entropy].Min, 12);
        Assert.Equal(Math.Sqrt(2), summary[SparsityMetrics.TauRms].Min, 12);
        Assert.Equal(0, Measure([4.2])[SparsityMetrics.TauRms].Mean);
    }

    [Fact]
    public void Equal_scores_give_a_uniform_row()
    {
        var row = Measure(Enumerable.Repeat(-700.0, 1000).ToArray());
        Assert.Equal(1, row[SparsityMetrics.FracLeInvN].Mean);
        Assert.Equal(0.9, row[SparsityMetrics.KTv01Frac].Mean);
        Assert.Equal(0.125, row[SparsityMetrics.TopN8Mass].Mean, 1e-12);
        Assert.Equal(0.032, row[SparsityMetrics.TopSqrtNMass].Mean, 1e-12);
        Assert.Equal(-700, row[SparsityMetrics.LseMinusLnN].Mean, 1.1e-9);
        Assert.Equal(Math.Log(1000), row[SparsityMetrics.Entropy].Mean, 1.1e-9);
    }

    [Fact]
    public void Scores_that_would_overflow_exp_are_fine()
    {
        var row = Measure([5000, 4999, -5000]);
        Assert.Equal(1 / (1 + Math.Exp(-1)), row[SparsityMetrics.MaxP].Mean, 1e-12);
        Assert.Equal(1 / 3.0, row[SparsityMetrics.FracLeTenthInvN].Mean, 1e-12);
    }

    [Fact]
    public void Percentiles_are_over_rows()
    {
        var rows = Enumerable.Range(0, 21).Select(i => new double[] { 0, i / 10.0 }).ToArray();
        var maxP = Measure(rows)[SparsityMetrics.MaxP];
        double P(int i) => 1 / (1 + Math.Exp(-i / 10.0));
        Assert.Equal((P(0), P(20)), (maxP.Min, maxP.Max));
        Assert.Equal((P(1), P(10), P(19)), (maxP.P5, maxP.P50, maxP.P95));
    }

    [Fact]
    public void Masked_scores_and_empty_rows_are_refused()
    {
        var sparsity = new RowSparsity();
        Assert.Throws<ArgumentException>(() => sparsity.Add([]));
        Assert.Throws<ArgumentException>(() => sparsity.Add([1, double.NegativeInfinity]));
        Assert.Equal(0, sparsity.Rows);
        Assert.Throws<InvalidOperationException>(() => sparsity.Summarise());
    }

    private static int SmallestK(double[] descending, double tv)
    {
        var k = 0;
        while (descending.Skip(k).Sum() > tv)
            k++;
        return k;
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, MetricSummary> Measure(params double[][] rows)
    {
        var sparsity = new RowSparsity();
        foreach (var row in rows)
            sparsity.Add(row.ToArray());
        Assert.Equal(rows.Length, sparsity.Rows);
        return sparsity.Summarise();
    }
}
