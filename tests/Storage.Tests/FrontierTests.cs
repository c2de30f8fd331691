using AttnSweep.Results;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>Which variants nothing beats in both speed and error.</summary>
public sealed class FrontierTests(PostgresFixture postgres)
{
    [Fact]
    public async Task On_the_frontier_is_what_nothing_beats_in_order_of_error_and_the_others_name_what_beats_them()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        // Two seeds of five variants; dense takes 20 us in every trial.
        var run = await store.SubmitAsync(Plans.Of(2, 5));
        (double Us, double Error)[] points = [(20, 1e-7), (10, 0.1), (10, 0.2), (5, 0.2), (40, 0.05)];
        for (var shard = 0; shard < 2; shard++)
        {
            var work = await store.TakeAsync(epoch);
            await store.RecordAsync(epoch, Plans.Report(work, 0, true, work.Cells.Select((cell, i) =>
            {
                var ok = Plans.Ok(cell.CellId, [points[i].Us, points[i].Us]);
                return ok with { Error = ok.Error! with { RelativeFrobenius = points[i].Error } };
            })));
        }

        // flash: the most exact. topk(4), 0.5x at an error of 0.05, loses to flash; topk(2) to topk(1), as fast and more exact.
        Assert.Equal(
            ["flash 1 1 t 1 ", "topk(k=1) 0.1 2 t 2 ", "topk(k=2) 0.2 2 f  topk(k=3)", "topk(k=3) 0.2 4 t 3 ", "topk(k=4) 0.05 0.5 f  flash"],
            (await store.AskAllAsync<string>("SELECT format('%s %s %s %s %s %s', variant, CASE WHEN variant = 'flash' THEN 1 ELSE rel_error END, round(speedup::numeric, 6)::double precision, on_frontier, place, beaten_by) FROM v_frontier WHERE cells = 2 ORDER BY variant")));

        await using var reading = new Database(store.ConnectionString, DatabaseRole.Reader);
        var rows = await new ReportReader(reading).FrontierAsync(run, TestContext.Current.CancellationToken);
        Assert.Equal([("flash", 1), ("topk(k=1)", 2), ("topk(k=3)", 3)], rows.Select(r => (r.Variant, r.Place)));
        Assert.All(rows, r => Assert.Equal((2L, "independent", 256, 32, 1.0), (r.Cells, r.Input, r.N, r.D, r.Sigma)));
    }

    [Fact]
    public async Task Shapes_do_not_compete_and_a_cell_that_is_not_ok_is_no_point()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var plan = Plans.Of(2, 2);
        await store.SubmitAsync(plan with { Inputs = [plan.Inputs[0], plan.Inputs[1] with { Sigma = 2 }] });
        var first = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(first, 0, true, [Plans.Ok(first.Cells[0].CellId), Plans.Not(first.Cells[1].CellId, Outcome.WrongResult)]));
        var second = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(second));
        Assert.Equal(
            ["1 flash 1", "2 flash 1", "2 topk(k=1) 1"],
            await store.AskAllAsync<string>("SELECT format('%s %s %s', sigma, variant, place) FROM v_frontier ORDER BY sigma, variant"));
    }
}
