using AttnSweep.Results;
using AttnSweep.Statistics;
using AttnSweep.Storage.Dispatch;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>What the views say of what was measured.</summary>
public sealed class ResultTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Summaries_are_what_SQL_makes_of_the_samples()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 3));
        var work = await store.TakeAsync(epoch);
        var random = new Random(20260726);
        double[] Series(int count) => [.. Enumerable.Range(0, count).Select(_ => 100 + Math.Exp(random.NextDouble() * 5))];
        await store.RecordAsync(epoch, Plans.Report(work, 0, true,
            work.Cells.Select((cell, i) => Plans.Ok(cell.CellId, Series(5 + i), Series(30 + i), Series(101 + i)))));

        Assert.Equal(9, await store.AskAsync<long>("SELECT count(*) FROM trials"));
        var worst = await store.AskAsync<double>(
            """
            SELECT max(greatest(
                abs(t.median_us / q.median - 1), abs(t.q1_us / q.q1 - 1), abs(t.q3_us / q.q3 - 1), abs(t.mean_us / q.mean - 1), abs(t.sd_us / q.sd - 1),
                abs(t.min_us / q.least - 1), abs(t.max_us / q.most - 1), abs(t.mad_us / m.mad - 1)))
            FROM trials t
            CROSS JOIN LATERAL (
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS median, percentile_cont(0.25) WITHIN GROUP (ORDER BY x) AS q1,
                       percentile_cont(0.75) WITHIN GROUP (ORDER BY x) AS q3, avg(x) AS mean, stddev_samp(x) AS sd, min(x) AS least, max(x) AS most
                FROM unnest(t.samples_us) x) q
            CROSS JOIN LATERAL (
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(x - q.median)) AS mad FROM unnest(t.samples_us) x) m
            """);
        Assert.InRange(worst, 0, 1e-9);
        Assert.InRange(
            await store.AskAsync<double>(
                """
                SELECT max(greatest(abs(v.time_median_us / q.median - 1), abs(v.time_low_us - q.low), abs(v.time_high_us - q.high), abs(v.speedup_vs_dense / q.speedup - 1)))
                FROM v_cells v CROSS JOIN LATERAL (
                    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY median_us) AS median, min(low_us) AS low, max(high_us) AS high,
                           percentile_cont(0.5) WITHIN GROUP (ORDER BY dense_median_us / median_us) AS speedup
                    FROM trials t WHERE t.cell_id = v.cell_id) q
                """),
            0, 1e-9);
    }

    [Fact]
    public async Task A_cell_is_shown_with_its_input_its_kernel_its_device_in_words_and_its_rates()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.Nodes.RegisterAsync(NodeTests.Node(Store.Worker), Store.Incarnation, [NodeTests.Cpu], CancellationToken.None);
        var epoch = await store.TakeEpochAsync();
        var run = await store.SubmitAsync(Plans.Of(1, 2));
        var work = await store.TakeAsync(epoch);
        await store.RecordAsync(epoch, Plans.Report(work, 0, true,
            [Plans.Ok(work.Cells[0].CellId, [20, 20, 20], [21, 21, 21]), Plans.Ok(work.Cells[1].CellId, [10, 10, 10], [7, 7, 7])]));

        // Dense takes 20 and 21 us in the two trials; topk 10 and 7: speed-ups 2 and 3, median 2.5. 8e6 FLOPs in 8.5 us.
        var row = await store.AskAsync<string>(
            """
            SELECT format('%s %s %s n=%s d=%s sigma=%s seed=%s %s %s %s %s %s %s samples=%s %s [%s, %s] gflops=%s speedup=%s err=%s trials=%s kept=%s',
                run_id, run_name, input_model, n, d, sigma, seed, kernel, parameters, backend, device, worker, outcome, samples,
                time_median_us, time_low_us, time_high_us, round(gflops::numeric, 3), speedup_vs_dense, rel_error, trials, kept_fraction)
            FROM v_cells WHERE kernel = 'topk'
            """);
        Assert.Equal(
            $"{run} test independent n=256 d=32 sigma=1 seed=1 topk {{\"k\": 1}} cpu-simd Lab CPU @ 2 GHz lab-1 ok samples=6 8.5 [7, 10] gflops=941.176 speedup=2.5 err=0.01 trials=2 kept=0.5",
            row);
        Assert.Equal(
            "0.03 0.04 {\"pack\": 1.5}",
            await store.AskAsync<string>("SELECT format('%s %s %s', dropped_error, dropped_max_abs_error, phases_us) FROM v_cells WHERE kernel = 'topk'"));
    }

    [Fact]
    public async Task Sparsity_is_written_once_per_input_and_only_by_the_shard_that_measures_it()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        var plan = Plans.Of(1, 2);
        await store.SubmitAsync(plan with
        {
            Shards = [plan.Shards[0] with { CellCount = 1 }, plan.Shards[0] with { FirstCell = 1, CellCount = 1, MeasuresSparsity = false, Seconds = 0.1 }],
        });
        var first = await store.TakeAsync(epoch);
        var second = await store.TakeAsync(epoch);
        Assert.NotNull(first.Sparsity);
        Assert.Null(second.Sparsity);

        await store.RecordAsync(epoch, Plans.Report(second) with { Sparsity = Plans.Sparsity() });
        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM sparsity"));
        await store.RecordAsync(epoch, Plans.Report(first, 0, final: false, results: []));
        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(first, 1)));
        Assert.Equal(1, await store.AskAsync<long>("SELECT count(*) FROM v_sparsity WHERE tau_rms = 7 AND (metrics -> 'tau_rms' ->> 'mean')::double precision = 7"));
    }

    [Fact]
    public void The_time_of_a_cell_is_the_median_of_its_trials_inside_the_hull_of_their_intervals()
    {
        static TrialResult Trial(int trial, double[] samples, double? dense) =>
            new(trial, samples, SampleStatistics.Summarise(samples, 0.95), "converged", 1, 1, 0, dense);

        var timing = CellTiming.Of([Trial(0, [10, 11, 12], 24), Trial(1, [20, 20, 20], null), Trial(2, [8, 8, 9], 24)]);
        Assert.Equal(new CellTiming(11, 8, 20, 9, (24 / 11.0 + 24 / 8.0) / 2), timing);
        Assert.Null(CellTiming.Of([]));
        Assert.Null(CellTiming.Of([Trial(0, [1], null)])!.SpeedupVsDense);
    }

    [Fact]
    public async Task Text_that_PostgreSQL_cannot_hold_does_not_lose_a_result()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        await store.SubmitAsync(Plans.Of(1, 1));
        var work = await store.TakeAsync(epoch);
        var result = Plans.Not(work.Cells[0].CellId, Outcome.OutOfMemory) with { Detail = "driver said\0 no" };
        Assert.Equal(RecordVerdict.Recorded, await store.RecordAsync(epoch, Plans.Report(work, 0, true, [result])));
        Assert.Equal("driver said no", await store.AskAsync<string>("SELECT detail FROM v_cells"));
    }
}
