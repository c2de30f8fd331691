using AttnSweep.Statistics;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>What a comparison found is kept.</summary>
public sealed class VerdictTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Comparing_again_replaces_what_was_said_and_the_view_and_the_report_show_it()
    {
        await using var store = await Store.CreateAsync(postgres);
        var first = await store.SubmitAsync(Plans.Of(1, 2));
        var second = await store.SubmitAsync(Plans.Of(1, 2));
        var cells = await store.AskAllAsync<long>("SELECT cell_id FROM cells ORDER BY cell_id");
        var verdicts = new VerdictStore(store.App);
        CellComparison[] found =
        [
            new("flash", cells[0], cells[2], 1.5, 1.2, 1.8, 0.001, CellVerdict.Slower, "ratio, interval and U test agree"),
            new("topk", cells[1], null, null, null, null, null, CellVerdict.NoData, "no samples in B"),
            new("gone", null, null, null, null, null, null, CellVerdict.NoData, "no samples in either run"),
        ];
        Assert.Equal(2, await verdicts.PutAsync(first, second, found, Ct));

        // The interval need not hold the ratio of the samples; the schema wants that it does.
        found[0] = found[0] with { Ratio = 0.9, Low = 0.92, High = 0.95, Verdict = CellVerdict.Faster };
        Assert.Equal(2, await verdicts.PutAsync(first, second, found, Ct));
        Assert.Equal(
            ["flash FASTER 0.9 0.9 0.95 0.001", "topk NODATA    "],
            await store.AskAllAsync<string>("SELECT format('%s %s %s %s %s %s', kernel, verdict, ratio, ratio_low, ratio_high, p) FROM v_verdicts ORDER BY kernel"));

        await using var reading = new Database(store.ConnectionString, DatabaseRole.Reader);
        foreach (var run in new[] { first, second })
        {
            var rows = await new ReportReader(reading).VerdictsAsync(run, Ct);
            Assert.Equal([(first, second, "FASTER", 1L), (first, second, "NODATA", 1L)], rows.Select(r => (r.BaselineRunId, r.RunId, r.Verdict, r.Cells)));
        }
    }
}
