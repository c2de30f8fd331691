using System.Collections.Immutable;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using AttnSweep.Storage.Sql;
using AttnSweep.Sweeps;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>The ready-made queries, each with data that makes its verdict take every value.</summary>
public sealed class AnalysisQueryTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Theory_agrees_disagrees_is_out_of_range_or_cannot_be_judged()
    {
        await using var store = await Store.CreateAsync(postgres);
        var metrics = SparsityOf(SparsityMetrics.NSumP2, 2.7).SetItem(SparsityMetrics.Alpha, new MetricSummary(2.7, 1, 0, 1, 2, 0, 18));
        await RunAsync(
            store, "theory", [(2048, 1, 1), (2048, 1, 2), (2048, 1, 3), (2048, 1, 4), (4096, 1, 1)],
            (input, _) => Error(0.5 + 0.001 * input.Seed) with { TotalVariation = 0.8 + 0.001 * input.Seed, Estimate = new EstimateError(0.1, Math.Exp(2 + 0.01 * input.Seed), 1.5 + 0.01 * input.Seed) },
            new CellFacts(true, 1e6, 0.2, 0.1, 1 << 20, null, new Dictionary<string, Prediction>
            {
                ["rel_error"] = new(0.5024, 0),                          // 0.5025 with an error of 0.00065
                ["total_variation"] = new(0.7, 0.001),                   // a hundred errors away
                ["ln_kappa"] = new(2.1, 0.2),                            // within the formula's own tolerance
                ["bucket_gain"] = new(3, 0, "x = 0.9 is above 0.35"),
                ["lse_error"] = new(0.2, 0),                             // seeds that do not differ: no yardstick
            }.ToImmutableSortedDictionary()),
            sparsity: new SparsityResult(64, metrics, ImmutableSortedDictionary<string, double>.Empty.Add(SparsityMetrics.NSumP2, 2.7), 0.5));

        var rows = await store.AskAllAsync<TheoryRow>(Query("theory_kernels"));
        string Verdict(int n, string metric) => rows.Single(r => r.N == n && r.Metric == metric && (r.Variant == "topk(k=1)" || r.Variant == "input")).Verdict;
        Assert.Equal("agrees", Verdict(2048, "rel_error"));
        Assert.Equal("disagrees", Verdict(2048, "total_variation"));
        Assert.Equal("agrees", Verdict(2048, "ln_kappa"));
        Assert.Equal("outside the formula's range", Verdict(2048, "bucket_gain"));
        Assert.Equal("disagrees", Verdict(2048, "lse_error"));
        Assert.Equal("one seed tells no error", Verdict(4096, "rel_error"));
        Assert.Equal("agrees", Verdict(2048, "mean alpha"));
        Assert.Equal("no closed form; a simulated value beside it", Verdict(2048, "alpha"));
        Assert.Equal("no closed form", Verdict(4096, "alpha"));
        Assert.Equal(18, rows.Single(r => r.N == 2048 && r.Metric == "alpha").Measured);
    }

    [Fact]
    public async Task A_kernels_time_depends_on_sigma_or_does_not_as_it_declares_or_against_it()
    {
        await using var store = await Store.CreateAsync(postgres);
        var inputs = from seed in Enumerable.Range(1, 4) from sigma in new[] { 1.0, 2.0 } select (1024, sigma, seed);

        // Cells: dense, then a kernel that doubles its time with sigma and says so, one that stays and says that it may move, one that moves and says that
        // it does not, one that stays and says so, and one whose seeds do not agree.
        bool[] declared = [false, true, true, false, false, false];
        await RunAsync(
            store, "sigma", [.. inputs], (_, _) => Error(0.1), null, cells: 6,
            times: (input, cell) => cell switch
            {
                1 or 3 => 10 * input.Sigma * (1 + 0.001 * input.Seed * input.Sigma),
                5 => 10 * (input.Sigma > 1 ? 1 + 0.2 * input.Seed : 1),
                _ => 10 * (1 + 0.001 * input.Seed * input.Sigma),
            },
            factsOf: cell => new CellFacts(declared[cell], 1e6, 0.2, 0.1, null, null, ImmutableSortedDictionary<string, Prediction>.Empty));

        var rows = (await store.AskAllAsync<SigmaRow>(Query("sigma_dependence"))).ToDictionary(r => (r.Clock, r.Variant), r => r);
        Assert.Equal("does not depend, as declared", rows[("wall", "flash")].Verdict);
        Assert.Equal("depends, as declared", rows[("wall", "topk(k=1)")].Verdict);
        Assert.Equal("may depend, does not here", rows[("wall", "topk(k=2)")].Verdict);
        Assert.Equal("depends, though declared not to", rows[("wall", "topk(k=3)")].Verdict);
        Assert.Equal("does not depend, as declared", rows[("wall", "topk(k=4)")].Verdict);
        // Processor time per launch was the same for all.
        Assert.Equal(("does not depend, as declared", 1m), (rows[("processor", "topk(k=3)")].Verdict, rows[("processor", "topk(k=3)")].Ratio));
        Assert.Equal("may depend, does not here", rows[("processor", "topk(k=1)")].Verdict);
        Assert.Equal("too noisy to tell", rows[("wall", "topk(k=5)")].Verdict);
        Assert.InRange(rows[("wall", "topk(k=1)")].Ratio, 1.99m, 2.02m);
        Assert.True(rows[("wall", "topk(k=1)")].Low < rows[("wall", "topk(k=1)")].Ratio && rows[("wall", "topk(k=1)")].Ratio < rows[("wall", "topk(k=1)")].High);
    }

    [Fact]
    public async Task Rounding_or_the_kernel_costs_more_or_seeds_do_not_agree()
    {
        await using var store = await Store.CreateAsync(postgres);
        await RunAsync(
            store, "rounding", [(1024, 1, 1), (1024, 1, 2)],
            (input, cell) => Error(cell switch { 0 => 1e-7, 1 => 0.5, _ => input.Seed == 1 ? 1e-4 : 1e-2 }) with { Storage = new StorageError(1e-3, 2e-3, cell == 0 ? null : 0.125) },
            null, cells: 3);
        Assert.Equal(
            ["flash 0.001 1E-07  rounding costs more", "topk(k=1) 0.001 0.5 0.125 the kernel costs more", "topk(k=2) 0.001 0.00505 0.125 seeds do not agree"],
            (await store.AskAllAsync<RoundingRow>(Query("rounding"))).Select(r => FormattableString.Invariant($"{r.Variant} {r.RoundingError} {r.KernelError} {r.SelectionChanged} {r.Verdict}")));
    }

    [Fact]
    public async Task Overheads_are_shares_of_series_verification_and_sparsity()
    {
        await using var store = await Store.CreateAsync(postgres);
        var conditions = new TrialConditions("burst", "hot", false, "host", null, 1, 5, 1, null);
        await RunAsync(
            store, "any", [(256, 1, 1)], (_, _) => Error(0.1), new CellFacts(false, 1e6, 0.2, 1.5, 300L << 20, null, ImmutableSortedDictionary<string, Prediction>.Empty),
            sparsity: Plans.Sparsity() with { Seconds = 1 }, conditions: conditions);

        // Two cells: 2 x 6 s of series, 2 x 1.5 s of verification, 1 s of sparsity.
        Assert.Equal("12.0 3.0 1.0 18.8 6.3 300", await store.AskAsync<string>($"SELECT format('%s %s %s %s %s %s', series_seconds, verify_seconds, sparsity_seconds, verify_percent, sparsity_percent, peak_mebibytes) FROM ({Query("overheads").TrimEnd().TrimEnd(';')}) q"));
    }

    [Fact]
    public async Task A_cell_tells_what_share_of_the_device_it_reached()
    {
        await using var store = await Store.CreateAsync(postgres);
        await RunAsync(
            store, "any", [(256, 1, 1)], (_, _) => Error(0.1), new CellFacts(false, 1e6, 0.2, 1.5, null, new DeviceCeilings(800, 200), ImmutableSortedDictionary<string, Prediction>.Empty),
            times: (_, _) => 10);

        // 4e6 FLOPs in 10 us are 400 GFLOP/s; 1e6 bytes in 10 us are 100 GB/s.
        Assert.Equal("0.5 0.5", await store.AskAsync<string>("SELECT format('%s %s', flops_share, bandwidth_share) FROM v_cells LIMIT 1"));
    }

    private static KernelError Error(double relative) => new(256, relative, 0.02, 0.1, 1e-7, 2e-7, 0, 0.03, 0.04);

    private static ImmutableSortedDictionary<string, MetricSummary> SparsityOf(string metric, double mean) =>
        Plans.Sparsity().Metrics.SetItem(metric, new MetricSummary(mean, 1, 0, 1, 2, 0, 3));

    private static string Query(string name) => SqlFiles.Folder("queries").Single(f => f.Name == $"{name}.sql").Text;

    /// <summary>A finished run with one shard per input; cell 0 is flash.</summary>
    private static async Task RunAsync(
        Store store, string name, IReadOnlyList<(int N, double Sigma, int Seed)> shapes, Func<InputSpec, int, KernelError> error, CellFacts? facts,
        int cells = 2, Func<InputSpec, int, double>? times = null, Func<int, CellFacts>? factsOf = null, SparsityResult? sparsity = null, TrialConditions? conditions = null)
    {
        var epoch = await store.TakeEpochAsync();
        var plan = Plans.Of(shapes.Count, cells, name: name);
        await store.SubmitAsync(plan with
        {
            Inputs = [.. plan.Inputs.Zip(shapes, (input, shape) => input with
            {
                N = shape.N, D = 64, Sigma = shape.Sigma, Seed = shape.Seed, Options = name == "rounding" ? InputOptions.None with { DType = StorageTypes.Half } : InputOptions.None,
            })],
        });
        foreach (var _ in shapes)
        {
            var work = await store.TakeAsync(epoch);
            var report = Plans.Report(work, 0, true, work.Cells.Select((cell, i) =>
            {
                var us = times?.Invoke(work.Input, i) ?? 10;
                var ok = Plans.Ok(cell.CellId, [us, us, us]);
                return ok with { Error = error(work.Input, i), Facts = factsOf?.Invoke(i) ?? facts, Trials = [.. ok.Trials.Select(t => t with { Conditions = conditions })] };
            }));
            await store.RecordAsync(epoch, sparsity is null ? report : report with { Sparsity = sparsity });
        }

        Assert.Single(await store.Ledger.SettleRunsAsync(epoch, CancellationToken.None));
    }

    private sealed record TheoryRow(int N, int D, double Sigma, string Variant, string Metric, int Seeds, decimal Measured, decimal? Se, decimal? Theory, decimal? Tolerance, decimal? Z, string Verdict, string? Outside);

    private sealed record SigmaRow(string Backend, string Clock, string Variant, int N, int D, string Sigma, int Seeds, bool? MayDepend, decimal Ratio, decimal Low, decimal High, string Verdict);

    private sealed record RoundingRow(string DType, string Variant, int N, int D, double Sigma, long Seeds, double RoundingError, double KernelError, double? Ratio, double? SelectionChanged, string Verdict);
}
