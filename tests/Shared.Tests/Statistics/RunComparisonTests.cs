using AttnSweep.Statistics;

namespace AttnSweep.Tests.Statistics;

public sealed class RunComparisonTests
{
    private static readonly ComparisonRules Rules = new(Resamples: 2000);

    public static TheoryData<string> Shapes => ["normal", "skewed", "bimodal", "spikes"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Two_runs_of_the_same_code_are_hardly_ever_called_different(string shape)
    {
        var random = new Random(11);
        var cells = Cells(300, () => Run(random, shape, 1, trials: 3, betweenTrials: 0.005));
        var verdicts = RunComparison.Compare(cells, Rules);
        Assert.InRange(verdicts.Count(IsChange), 0, 1);
        Assert.InRange(verdicts.Count(v => v.Verdict == CellVerdict.Ambiguous), 0, 30);
    }

    [Fact]
    public void Noise_between_trials_is_not_taken_for_a_change()
    {
        // Within a trial the samples agree to 0.2 %, from trial to trial the level moves by 5 %: most tests over samples are certain.
        var random = new Random(12);
        var cells = Cells(300, () => Run(random, "normal", 1, trials: 3, betweenTrials: 0.05, within: 0.002));
        var verdicts = RunComparison.Compare(cells, Rules);
        var certain = cells.Count(c => MannWhitney.PValue([.. c.Item2!.TrialsUs.SelectMany(t => t)], [.. c.Item3!.TrialsUs.SelectMany(t => t)]) < 0.002);
        Assert.True(certain > 150, $"{certain} of 300");
        Assert.InRange(verdicts.Count(IsChange), 0, 1);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Ten_percent_is_found_in_either_direction(string shape)
    {
        var random = new Random(13);
        var cells = new List<(string, CellSamples?, CellSamples?)>();
        for (var i = 0; i < 100; i++)
        {
            var factor = i < 50 ? 1.1 : 1 / 1.1;
            cells.Add(($"cell {i}", Run(random, shape, 1, 3, 0.005), Run(random, shape, factor, 3, 0.005)));
        }

        var verdicts = RunComparison.Compare(cells, Rules);
        Assert.InRange(verdicts.Take(50).Count(v => v.Verdict == CellVerdict.Slower), 48, 50);
        Assert.InRange(verdicts.Skip(50).Count(v => v.Verdict == CellVerdict.Faster), 48, 50);
        Assert.All(verdicts, v => Assert.True(v.Low <= v.Ratio && v.Ratio <= v.High));
    }

    [Fact]
    public void The_interval_covers_the_true_ratio_about_as_often_as_it_says()
    {
        var random = new Random(14);
        var cells = new List<(string, CellSamples?, CellSamples?)>();
        for (var i = 0; i < 400; i++)
            cells.Add(($"cell {i}", Run(random, "normal", 1, 3, 0.02), Run(random, "normal", 1.05, 3, 0.02)));
        var covered = RunComparison.Compare(cells, Rules).Count(v => v.Low <= 1.05 && 1.05 <= v.High);
        Assert.InRange(covered, 392, 400);
    }

    [Fact]
    public void One_trial_a_side_is_ambiguous_however_large_the_ratio()
    {
        var random = new Random(15);
        var verdict = Assert.Single(RunComparison.Compare([("cell", Run(random, "normal", 1, 1, 0), Run(random, "normal", 1.5, 1, 0))], Rules));
        Assert.Equal(CellVerdict.Ambiguous, verdict.Verdict);
        Assert.Contains("at least 3 trials", verdict.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void One_trial_borrows_the_spread_of_the_other_cells()
    {
        var random = new Random(16);
        var cells = Cells(50, () => Run(random, "normal", 1, 3, 0.003)).ToList();
        cells.Add(("doubled", Run(random, "normal", 1, 1, 0.003), Run(random, "normal", 2, 1, 0.003)));
        cells.Add(("a little", Run(random, "normal", 1, 1, 0.003), Run(random, "normal", 1.012, 1, 0.003)));
        var verdicts = RunComparison.Compare(cells, Rules);
        Assert.Equal(CellVerdict.Slower, verdicts[^2].Verdict);
        Assert.Equal(CellVerdict.Ambiguous, verdicts[^1].Verdict);
    }

    [Fact]
    public void A_small_but_certain_difference_is_the_same_as_far_as_anybody_cares()
    {
        var random = new Random(17);
        var cells = new List<(string, CellSamples?, CellSamples?)>();
        for (var i = 0; i < 50; i++)
            cells.Add(($"cell {i}", Run(random, "normal", 1, 5, 0.0005, 0.001), Run(random, "normal", 1.007, 5, 0.0005, 0.001)));
        Assert.All(RunComparison.Compare(cells, Rules), v => Assert.Equal(CellVerdict.Same, v.Verdict));
        Assert.All(RunComparison.Compare(cells, Rules with { NoiseFloor = 0.002, LeastChange = 0.004 }), v => Assert.Equal(CellVerdict.Slower, v.Verdict));
    }

    [Fact]
    public void A_known_noise_floor_raises_what_counts_as_a_change()
    {
        var random = new Random(19);
        var cells = Enumerable.Range(0, 50).Select(i => ($"cell {i}", (CellSamples?)Run(random, "normal", 1, 5, 0.001), (CellSamples?)Run(random, "normal", 1.03, 5, 0.001))).ToList();
        Assert.All(RunComparison.Compare(cells, Rules), v => Assert.Equal(CellVerdict.Slower, v.Verdict));
        Assert.All(RunComparison.Compare(cells, Rules with { NoiseFloor = 0.02 }), v => Assert.Equal(CellVerdict.Same, v.Verdict));
    }

    [Fact]
    public void One_bad_trial_of_three_decides_nothing()
    {
        var random = new Random(20);
        var cells = Cells(200, () => Run(random, "normal", 1, 3, 0.002)).ToList();
        var disturbed = Run(random, "normal", 1, 3, 0.002);
        cells.Add(("disturbed", Run(random, "normal", 1, 3, 0.002), new CellSamples([.. disturbed.TrialsUs.Select((t, i) => i == 1 ? t.Select(us => 1.5 * us).ToArray() : t)])));
        var verdict = RunComparison.Compare(cells, Rules)[^1];
        Assert.False(IsChange(verdict), verdict.Why);
        Assert.InRange(verdict.Ratio!.Value, 0.99, 1.02);
    }

    [Fact]
    public void Missing_data_is_no_data_and_keeps_the_cells_that_exist()
    {
        var some = new CellSamples([[1.0, 2, 3]], 7);
        var verdicts = RunComparison.Compare(
            [("only A", some, null), ("only B", null, some), ("none", null, null), ("empty", some, new CellSamples([[]], 8)), ("zero", some, new CellSamples([[0.0, 1]], 9))], Rules);
        Assert.All(verdicts, v => Assert.Equal((CellVerdict.NoData, null, null), (v.Verdict, v.Ratio, v.P)));
        Assert.Equal([(7L, null), (null, 7L), (null, null), (7L, 8L), (7L, 9L)], verdicts.Select(v => (v.CellA, v.CellB)));
        Assert.Equal(["only A", "only B", "none", "empty", "zero"], verdicts.Select(v => v.Key));
        Assert.Equal(["no samples in B", "no samples in A", "no samples in either run"], verdicts.Take(3).Select(v => v.Why));
        Assert.Empty(RunComparison.Compare([], Rules));
    }

    [Fact]
    public void The_same_samples_give_the_same_answer_in_any_company()
    {
        var random = new Random(18);
        var cells = Cells(5, () => Run(random, "skewed", 1, 3, 0.01));
        var first = RunComparison.Compare(cells, Rules);
        var again = RunComparison.Compare([.. cells.Reverse()], Rules).Reverse();
        Assert.Equal(first, again);
    }

    [Fact]
    public void Verdicts_have_the_names_of_the_store() =>
        Assert.Equal(["SAME", "FASTER", "SLOWER", "AMBIGUOUS", "NODATA"], Enum.GetValues<CellVerdict>().Select(v => v.Name()));

    private static bool IsChange(CellComparison comparison) => comparison.Verdict is CellVerdict.Faster or CellVerdict.Slower;

    private static IReadOnlyList<(string, CellSamples?, CellSamples?)> Cells(int count, Func<CellSamples> run) =>
        [.. Enumerable.Range(0, count).Select(i => ($"cell {i}", (CellSamples?)run(), (CellSamples?)run()))];

    /// <summary>Trials of 40 samples around 100 us x factor; each trial has a level of its own.</summary>
    private static CellSamples Run(Random random, string shape, double factor, int trials, double betweenTrials, double within = 0.01)
    {
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double Noise() => shape switch
        {
            "normal" => 1 + within * Normal(),
            "skewed" => 1 + within * Math.Exp(Normal()),
            "bimodal" => (random.NextDouble() < 0.8 ? 1 : 1.06) + within * 0.3 * Normal(),
            "spikes" => (random.NextDouble() < 0.05 ? 3 : 1) + within * Normal(),
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        };
        var series = new double[trials][];
        for (var t = 0; t < trials; t++)
        {
            var level = 100 * factor * Math.Exp(betweenTrials * Normal());
            series[t] = [.. Enumerable.Range(0, 40).Select(_ => level * Noise())];
        }

        return new CellSamples(series);
    }
}
