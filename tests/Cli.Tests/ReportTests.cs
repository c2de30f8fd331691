using AttnSweep.Cli.Commands;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Reports;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using Spectre.Console.Testing;

namespace AttnSweep.Cli.Tests;

public sealed class ReportTests
{
    [Theory]
    [InlineData(60)]
    [InlineData(140)]
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
    public void Measured_stands_beside_theory_with_a_z_score_over_seeds()
    {
        SparsityRow Seed(long seed, double value) => new("independent", false, 64, 16, 1, seed, "entropy", value, 2.0);
        Assert.Equal("3 / 2 (+1.0)", RunReport.Beside([Seed(1, 2), Seed(2, 4)]));
        Assert.Equal("2 / 2", RunReport.Beside([Seed(1, 2)]));
        Assert.Equal("-", RunReport.Beside([]));
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
    public void A_plain_line_names_what_went_wrong() =>
        Assert.Contains("1 crashed", RunProgressView.Line(Progress(50, 25)), StringComparison.Ordinal);

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
        [new SparsityRow("independent", false, 64, 16, 1, 1, "entropy", 3, 3.1), new SparsityRow("independent", false, 64, 16, 1, 2, "entropy", 3.2, 3.1)],
        [new OutcomeRow("crashed", "topk(k=n/16)", "cpu-simd", 1, "the runner died")]);
}
