using System.Globalization;
using AttnSweep.Sparsity;
using AttnSweep.Statistics;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>z in SQL is z in the program.</summary>
public sealed class SparsityTheoryTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Student_z_in_SQL_is_what_the_program_computes()
    {
        await using var store = await Store.CreateAsync(postgres);
        var cases = from t in new[] { -1e6, -40, -8, -2.5, -0.3, 0, 1e-9, 0.001, 0.7, 1, 3.18245, 5, 12.924, 30, 200, 1e9, double.PositiveInfinity }
                    from degrees in new[] { 0.5, 1, 2, 2.5, 3, 7, 31.7, 150, 5000, 2e6, double.PositiveInfinity }
                    where Math.Abs(t) < 35 || degrees <= 31.7 || double.IsInfinity(t)
                    select (T: t, Degrees: degrees);
        var list = string.Join(", ", cases.Select(c => string.Create(CultureInfo.InvariantCulture, $"('{c.T:R}', '{c.Degrees:R}')")).Select(c => c.Replace("\u221E", "Infinity", StringComparison.Ordinal)));
        var rows = await store.AskAllAsync<ZRow>($"SELECT t, degrees, student_z(t, degrees) AS z FROM (SELECT t::double precision, degrees::double precision FROM (VALUES {list}) v (t, degrees)) x");
        Assert.Equal(cases.Count(), rows.Count);
        Assert.All(rows, row =>
        {
            var expected = StudentAsNormal.Z(row.T, row.Degrees);
            Assert.True(expected.Equals(row.Z) || Math.Abs(row.Z - expected) <= 1e-9 * Math.Max(1, Math.Abs(expected)), $"{row}: expected {expected:R}");
        });
    }

    [Fact]
    public async Task The_view_gives_the_mean_its_error_and_z_over_the_seeds_and_no_z_for_a_single_one()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(4, 1));
        double[] entropies = [5.00, 5.03, 5.08, 5.01];
        foreach (var entropy in entropies)
        {
            var sparsity = Plans.Sparsity();
            var metrics = sparsity.Metrics.SetItem(SparsityMetrics.Entropy, sparsity.Metrics[SparsityMetrics.Entropy] with { Mean = entropy });
            await store.RecordAsync(epoch, Plans.Report(await store.TakeAsync(epoch)) with { Sparsity = sparsity with { Metrics = metrics } });
        }

        var expected = new ZScore(SeedLevelMean.From(entropies), 5.05, 0);
        var row = await store.AskAsync<TheoryRow>("SELECT seeds, measured, standard_error, theory, z FROM v_sparsity_theory WHERE metric = 'entropy'");
        Assert.Equal((4, 5.05), (row!.Seeds, row.Theory));
        Assert.Equal(expected.Measured.Mean, row.Measured, 12);
        Assert.Equal(expected.Measured.StandardError!.Value, row.StandardError!.Value, 12);
        Assert.Equal(expected.Value!.Value, row.Z!.Value, 9);
        Assert.InRange(row.Z.Value, -1.2, -0.8);

        // Without theory there is nothing to be distant from; one seed has no error.
        Assert.Equal(11, await store.AskAsync<long>("SELECT count(*) FROM v_sparsity_theory WHERE run_id = @run AND theory IS NULL AND z IS NULL", new { run }));
        await store.SubmitAsync(Plans.Of(1, 1, name: "single"));
        await store.RecordAsync(epoch, Plans.Report(await store.TakeAsync(epoch)));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM v_sparsity_theory WHERE run_name = 'single' AND metric = 'entropy' AND seeds = 1 AND standard_error IS NULL AND z IS NULL"));
    }

    private sealed record ZRow(double T, double Degrees, double Z);

    private sealed record TheoryRow(long Seeds, double Measured, double? StandardError, double? Theory, double? Z);
}
