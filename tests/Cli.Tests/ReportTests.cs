using AttnSweep.Cli.Commands;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Reports;
using AttnSweep.Statistics;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using Spectre.Console.Testing;

namespace AttnSweep.Cli.Tests;

public sealed class ReportTests
{
    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void A_summary_keeps_to_the_width_and_answers_the_questions(int width)
    {
        var console = new TestConsole().Width(width);
        Report().Write(console);
        Assert.All(console.Lines.TakeWhile(l => l != "Next:"), line => Assert.True(line.Length <= width, line));
        Assert.Contains("2.50x", console.Output, StringComparison.Ordinal);
        Assert.Contains("crashed", console.Output, StringComparison.Ordinal);
        Assert.Contains("attnsweep run --resume 7", console.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', console.Output);
    }

    [Fact]
    public void A_run_that_is_going_on_is_not_told_to_be_resumed()
    {
        var console = new TestConsole().Width(120);
        var report = Report();
        (report with { Run = report.Run with { State = "running" } }).Write(console);
        Assert.Contains("attnsweep status 7", console.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("--resume", console.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void No_cell_of_a_table_is_broken_over_two_lines(int width)
    {
        var console = new TestConsole().Width(width);
        QuickReport().Write(console);
        Assert.Contains("block-topk(block=64,keep=n/8)", console.Output, StringComparison.Ordinal);
        Assert.Contains("Sparsity: measured / theory (z over 4 seeds)", console.Output, StringComparison.Ordinal);

        // Each number stands on a line with its n or its metric: a continuation line would begin with blanks and a bracket.
        Assert.DoesNotContain(console.Lines, line => line.TrimStart().StartsWith("(+", StringComparison.Ordinal) || line.TrimStart().StartsWith("(0.123", StringComparison.Ordinal));
        Assert.Equal(3 * 3 * 3, console.Output.Split("(0.123)").Length - 1);
        Assert.True(console.Output.Split("+2.2").Length - 1 >= 3 * 3 * 3, console.Output);
    }

    [Fact]
    public void Measured_stands_beside_theory_with_a_z_score_over_seeds_and_a_single_seed_has_none()
    {
        static SparsityRow Seed(long seed, double value) => new("independent", false, 1, 64, 16, 1, seed, "entropy", value, 2.0);

        // t = 1 with one degree of freedom has p = 0.5, and so has a normal z of 0.67.
        Assert.Equal("3 / 2 (+0.7)", SparsityCell.Of("entropy", 64, 1, [Seed(1, 2), Seed(2, 4)])!.Together);
        Assert.Equal("2 / 2", SparsityCell.Of("entropy", 64, 1, [Seed(1, 2)])!.Together);
        Assert.Null(SparsityCell.Of("entropy", 64, 1, []));

        var console = new TestConsole().Width(120);
        (Report() with { Sparsity = [Seed(1, 2)] }).Write(console);
        Assert.Contains("(1 seed, so no z)", console.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Student", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_is_a_short_block_that_tells_every_fact_it_knows()
    {
        var lines = EnvironmentBlock.Lines(new EnvironmentRow("cpu-simd", "AMD EPYC", 1, 432,
            """{"os":"Debian","cpu":"AMD EPYC","code":"0.1.0+0123456789abcdef","simd":"512","cores":"1","memory":"24 GiB","runtime":".NET 10","threads":"2","governor":"unknown","steal":"3 %"}""")).ToList();
        Assert.Equal(
            ["AMD EPYC: 432 cells by 1 worker", "1 core, 2 threads, 24 GiB memory, SIMD of 512 bits", "Debian, .NET 10, attnsweep 0.1.0+01234567", "steal 3 %"],
            lines);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(140)]
    public void The_live_panel_keeps_to_the_width(int width)
    {
        var console = new TestConsole().Width(width);
        console.Write(RunProgressView.Panel(Progress(50, 25), width, ["worker-1 ended"]));
        Assert.All(console.Lines, line => Assert.True(line.Length <= width, line));
        Assert.Contains("25%", console.Output, StringComparison.Ordinal);
        Assert.Contains("topk(k=4)", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_left_follows_cost_and_not_the_number_of_cells()
    {
        Assert.Equal(30, RunProgressView.SecondsLeft(Progress(90, 25))!.Value, 6);
        Assert.Null(RunProgressView.SecondsLeft(Progress(1, 0)));
        Assert.Equal(0, RunProgressView.SecondsLeft(Progress(100, 100)));
    }

    [Fact]
    public void A_plain_line_names_what_went_wrong() => Assert.Equal(
        "run 7: 50/100 cells, 25% of the work, 1 device at work, about 30 s left; 1 crashed", RunProgressView.Line(Progress(50, 25)));

    [Fact]
    public void At_the_end_nothing_is_left_to_tell_of() =>
        Assert.Equal("run 7: all 100 cells done in 10 s; 1 crashed", RunProgressView.Line(Progress(100, 100)));

    [Fact]
    public void A_verdict_counts_wins_and_separates_fast_from_exact()
    {
        SpeedupRow Row(int n, int d, double speedup, double error) => new("topk(k=4)", "cpu-simd", n, d, 1, 4, speedup, speedup, speedup, error, null);
        Assert.Equal(
            "topk(k=4) on cpu-simd: wins in 2 of 3 shapes over dense; fastest 4.00x at n=256, d=16, sigma=1 (error 0.5); most exact win 2.00x at n=128, d=32, sigma=1 (error 0.1)",
            SpeedupVerdict.Line("topk(k=4)", "cpu-simd", [Row(64, 16, 0.5, 0.01), Row(128, 32, 2, 0.1), Row(256, 16, 4, 0.5)]));
        Assert.DoesNotContain("most exact", SpeedupVerdict.Line("topk(k=4)", "cpu-simd", [Row(64, 16, 0.5, 0.01)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Head_dimensions_are_not_mixed()
    {
        var console = new TestConsole().Width(140);
        (Report() with { Speedups = [.. Report().Speedups, new SpeedupRow("topk(k=n/16)", "cpu-simd", 64, 32, 1, 4, 3.25, 3, 4, 0.2, 0.0625)] }).Write(console);
        Assert.Contains("d = 16", console.Output, StringComparison.Ordinal);
        Assert.Contains("d = 32", console.Output, StringComparison.Ordinal);
        Assert.Contains("3.25x", console.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.25, "250 ms")]
    [InlineData(42, "42 s")]
    [InlineData(59.7, "1 min 00 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(7260, "2 h 01 min")]
    public void Durations_read_well(double seconds, string expected) => Assert.Equal(expected, Units.Duration(seconds));

    [Fact]
    public void Csv_quotes_what_needs_it() =>
        Assert.Equal("1,2.5,,\"a,\"\"b\"\"\",true,\"\"", RowWriters.CsvLine([1L, 2.5, null, "a,\"b\"", true, ""]));

    [Fact]
    public void Json_keeps_types() => Assert.Equal(
        "{\"a\":1,\"b\":0.5,\"c\":null,\"d\":[1,2],\"e\":\"NaN\"}",
        RowWriters.JsonObject(["a", "b", "c", "d", "e"], [1, 0.5, null, new[] { 1.0, 2.0 }, double.NaN]));

    [Fact]
    public void Runs_are_compared_by_what_a_cell_is_and_trials_stay_apart()
    {
        var pairs = CompareCommand.Pair(
            [new(1, "flash", "flash n=64", [1, 2]), new(1, "flash", "flash n=64", [3]), new(2, "topk", "only in a", null)],
            [new(9, "flash", "flash n=64", [4]), new(8, "topk", "only in b", [5])]);
        Assert.Equal(3, pairs.Count);
        var (_, a, b) = pairs.Single(p => p.Key == "flash n=64");
        Assert.Equal((2, 1, 1L, 9L), (a!.TrialsUs.Count, b!.TrialsUs.Count, a.CellId!.Value, b.CellId!.Value));
        Assert.Null(pairs.Single(p => p.Key == "only in a").B);
    }

    [Fact]
    public void A_comparison_counts_by_kernel_names_cells_by_what_differs_and_is_read_by_scripts()
    {
        var report = new ComparisonReport(Report().Run, Report().Run with { RunId = 8 },
        [
            new CellComparison("flash cpu-simd n=64 seed=1", 1, 11, 1.5, 1.2, 1.8, 0.001, CellVerdict.Slower, "ratio, interval and U test agree"),
            new CellComparison("flash cpu-simd n=128 seed=1", 2, 12, 1.0, 0.9, 1.2, 0.5, CellVerdict.Ambiguous, "run more trials"),
            new CellComparison("topk(k=4) cpu-simd n=64 seed=1", 3, null, null, null, null, null, CellVerdict.NoData, "no samples in B"),
        ]);
        foreach (var width in new[] { 60, 120 })
        {
            var console = new TestConsole().Width(width);
            report.Write(console, all: false);
            Assert.All(console.Lines, line => Assert.True(line.Length <= width, line));
            Assert.Contains("Run 8 (small) against run 7 (small): 3 cells", console.Output, StringComparison.Ordinal);
            Assert.Matches(@"SLOWER +1\.5 +1\.2 \.\. 1\.8 +flash n=64 *\n", console.Output);
            Assert.Contains("all of them: cpu-simd seed=1", console.Output, StringComparison.Ordinal);
            Assert.Contains("AMBIGUOUS in 1 cell: run more trials", console.Output, StringComparison.Ordinal);
        }

        using var json = System.Text.Json.JsonDocument.Parse(report.Json());
        Assert.Equal(1, json.RootElement.GetProperty("counts").GetProperty("SLOWER").GetInt32());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, json.RootElement.GetProperty("cells")[2].GetProperty("ratio").ValueKind);
        Assert.Equal("flash cpu-simd n=64 seed=1,1,11,SLOWER,1.5,1.2,1.8,0.001,\"ratio, interval and U test agree\"", report.Csv().ElementAt(1));
    }

    [Theory]
    [InlineData("never")]
    [InlineData("slower", CellVerdict.Slower)]
    [InlineData("Slower,ambiguous", CellVerdict.Slower, CellVerdict.Ambiguous)]
    public void Verdicts_that_fail_are_named(string list, params CellVerdict[] expected) => Assert.Equal(expected, CompareCommand.FailOn(list));

    [Fact]
    public void A_summary_as_JSON_has_z_and_every_part()
    {
        using var json = System.Text.Json.JsonDocument.Parse(QuickReport().Json());
        Assert.Equal(2.164, json.RootElement.GetProperty("sparsity")[0].GetProperty("z").GetDouble(), 3);
        Assert.Equal(4, json.RootElement.GetProperty("sparsity")[0].GetProperty("seeds").GetInt32());
        Assert.Equal(27, json.RootElement.GetProperty("speedups").GetArrayLength());
        Assert.Equal("2", json.RootElement.GetProperty("environments")[0].GetProperty("facts").GetProperty("cores").GetString());
    }

    [Fact]
    public void The_frontier_is_told_shape_by_shape_in_order_of_error_and_left_out_where_dense_is_alone()
    {
        var console = new TestConsole().Width(120);
        Report().Write(console);
        Assert.Contains("cpu-simd (Some CPU), independent, d = 16", console.Output, StringComparison.Ordinal);
        Assert.Contains("n=64, sigma=0.5: flash 1.00x (3.0e-7), topk(k=n/16) 2.50x (0.1)", console.Output, StringComparison.Ordinal);
        Assert.Contains("n=64, sigma=1: flash 1.00x (3.0e-7)", console.Output, StringComparison.Ordinal);
        using var json = System.Text.Json.JsonDocument.Parse(Report().Json());
        Assert.Equal("topk(k=n/16)", json.RootElement.GetProperty("frontier")[1].GetProperty("variant").GetString());

        var alone = new TestConsole().Width(120);
        (Report() with { Frontier = [.. Report().Frontier.Where(r => r.Variant == "flash")] }).Write(alone);
        Assert.DoesNotContain("Frontier", alone.Output, StringComparison.Ordinal);
    }

    private static RunProgress Progress(long done, double doneSeconds) => new(
        7, "running", 100, done, 100, doneSeconds, 10, new Dictionary<string, long> { ["ok"] = done - 1, ["crashed"] = 1 },
        [new DeviceAtWork("host-1", "cpu-simd", 3, 1, "topk(k=4) n=64 d=16", 0.5, 20)]);

    private static RunReport Report() => new(
        new RunRecord(7, "small", "finished", 0, default, null, null, "v", 100, ""),
        Progress(100, 100),
        [new EnvironmentRow("cpu-simd", "Some CPU", 2, 99, "{\"cores\":\"2\"}")],
        [
            new SpeedupRow("flash", "cpu-simd", 64, 16, 1, 4, 1, 1, 1, 0, 1),
            new SpeedupRow("topk(k=n/16)", "cpu-simd", 64, 16, 0.5, 4, 2.5, 2, 3, 0.1, 0.0625),
            new SpeedupRow("topk(k=n/16)", "cpu-simd", 64, 16, 1, 4, 0.5, 0.4, 0.6, 0.2, 0.0625),
        ],
        [
            new FrontierRow("cpu-simd", "Some CPU", "independent", 64, 16, 0.5, 1, "flash", 1, 3e-7, 1, 4),
            new FrontierRow("cpu-simd", "Some CPU", "independent", 64, 16, 0.5, 2, "topk(k=n/16)", 2.5, 0.1, 0.0625, 4),
            new FrontierRow("cpu-simd", "Some CPU", "independent", 64, 16, 1, 1, "flash", 1, 3e-7, 1, 4),
        ],
        [new SparsityRow("independent", false, 1, 64, 16, 1, 1, "entropy", 3, 3.1), new SparsityRow("independent", false, 1, 64, 16, 1, 2, "entropy", 3.2, 3.1)],
        [new OutcomeRow("crashed", "topk(k=n/16)", "cpu-simd", 1, "the runner died")],
        [new VerdictRow(5, "small", 7, "small", "SLOWER", 3, new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero))]);

    /// <summary>Of the size and with the names of sweeps/quick.yaml.</summary>
    private static RunReport QuickReport()
    {
        int[] lengths = [256, 512, 1024];
        double[] sigmas = [0.5, 1, 1.5];
        string[] variants = ["block-topk(block=64,keep=n/8)", "threshold(epsilon=1/n)", "topk(k=n/16)"];
        return Report() with
        {
            Speedups = [.. from variant in variants from n in lengths from sigma in sigmas select new SpeedupRow(variant, "cpu-simd", n, 64, sigma, 4, 0.55, 0.5, 0.6, 0.123, 0.3 + sigma / 10)],
            // Means of 0.55 + 0.025 with a standard error of 0.00645 beside 0.55: t = 3.87 with three degrees of freedom, z = 2.17.
            Sparsity = [.. from metric in SparsityTables.ShownMetrics from n in lengths from sigma in sigmas from seed in Enumerable.Range(1, 4)
                           select new SparsityRow("independent", false, 1, n, 64, sigma, seed, metric, 0.55 + seed / 100.0, 0.55)],
        };
    }
}
