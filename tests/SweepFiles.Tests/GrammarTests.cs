using AttnSweep.Sweeps;

namespace AttnSweep.SweepFiles.Tests;

/// <summary>What the written forms of axes, filters and kernels come to.</summary>
public sealed class GrammarTests
{
    [Theory]
    [InlineData("4", new[] { 4.0 })]
    [InlineData("2^10", new[] { 1024.0 })]
    [InlineData("1..4", new[] { 1.0, 2, 3, 4 })]
    [InlineData("1..9 step 3", new[] { 1.0, 4, 7 })]
    [InlineData("[1, 10..12]", new[] { 1.0, 10, 11, 12 })]
    [InlineData("pow2(256, 2048)", new[] { 256.0, 512, 1024, 2048 })]
    [InlineData("pow2(300, 2000)", new[] { 512.0, 1024 })]
    [InlineData("[\"pow2(2, 4)\", 5]", new[] { 2.0, 4, 5 })]
    [InlineData("logspace(10, 1000, 3)", new[] { 10.0, 100, 1000 })]
    [InlineData("logspace(1, 4, 9)", new[] { 1.0, 2, 3, 4 })]
    [InlineData("linspace(1, 2^2, 4)", new[] { 1.0, 2, 3, 4 })]
    [InlineData("max(3, 5)", new[] { 5.0 })]
    public void Values_of_a_whole_axis(string written, double[] expected) =>
        Assert.Equal(expected, Plan($"axes: {{ n: 8, d: 4, sigma: 1 }}\n".Replace("n: 8", $"n: {Quoted(written)}")).Inputs.Select(i => (double)i.N));

    [Theory]
    [InlineData("0.1..0.5 step 0.1", new[] { 0.1, 0.2, 0.3, 0.4, 0.5 })]
    [InlineData("logspace(0.5, 2, 3)", new[] { 0.5, 1, 2 })]
    [InlineData("[1/2, 1.5]", new[] { 0.5, 1.5 })]
    public void Values_of_sigma_are_the_numbers_one_would_look_for(string written, double[] expected) =>
        Assert.Equal(expected, Plan($"axes:\n  n: 8\n  d: 4\n  sigma: {written}\n").Inputs.Select(i => i.Sigma));

    [Fact]
    public void Axes_are_crossed_and_the_seed_runs_fastest()
    {
        var plan = Plan("axes: { seed: [3, 1], sigma: [2, 1], n: [8, 4], d: 2 }\n");

        Assert.Equal(
            [(8, 2.0, 3), (8, 2.0, 1), (8, 1.0, 3), (8, 1.0, 1), (4, 2.0, 3), (4, 2.0, 1), (4, 1.0, 3), (4, 1.0, 1)],
            plan.Inputs.Select(i => (i.N, i.Sigma, (int)i.Seed)));
    }

    [Fact]
    public void Zipped_axes_advance_together_and_may_repeat_values()
    {
        var plan = Plan("axes: { sigma: [1, 2], zip: [{ n: [8, 16, 16], d: [2, 4, 8] }] }\n");

        Assert.Equal([(8, 2), (16, 4), (16, 8)], plan.Inputs.Select(i => (i.N, i.D)).Distinct());
        Assert.Equal(6, plan.Inputs.Count);
    }

    [Fact]
    public void What_is_not_said_has_usual_values()
    {
        var input = Assert.Single(Plan("axes: { n: 8, d: 4, sigma: 1 }\n").Inputs);

        Assert.Equal(new InputSpec(InputModels.Independent, 1, 8, 4, 1, 1, false), input);
    }

    [Fact]
    public void Causal_and_heads_may_vary_too()
    {
        var plan = Plan("axes: { n: 8, d: 4, sigma: 1, heads: [1, 2] }\n", input: "{ model: independent, causal: [false, true] }");

        Assert.Equal([(1, false), (1, true), (2, false), (2, true)], plan.Inputs.Select(i => (i.Heads, i.Causal)));
    }

    [Fact]
    public void Constraints_and_exclusions_drop_points()
    {
        var plan = Plan("axes: { n: [4, 8, 16], d: [2, 4], sigma: [1, 2] }\nconstraints: [n * d < 64]\nexclude: [n == 4 and d == 2, { n: 8, sigma: 2 }]\n");

        Assert.Equal(
            [(4, 4, 1.0), (4, 4, 2.0), (8, 2, 1.0), (8, 4, 1.0), (16, 2, 1.0), (16, 2, 2.0)],
            plan.Inputs.Select(i => (i.N, i.D, i.Sigma)));
    }

    [Fact]
    public void An_exclusion_by_kernel_drops_its_cells_only()
    {
        var plan = Plan("axes: { n: [4, 8], d: 2, sigma: 1 }\nexclude: [{ kernel: naive, where: n > 4 }]\n", kernels: "[naive, flash]");

        Assert.Equal([(4, "naive"), (4, "flash"), (8, "flash")], plan.Cells.Select(c => (plan.Inputs[c.Input].N, c.Kernel.Name)));
    }

    [Fact]
    public void An_exclusion_by_backend_drops_its_cells_only()
    {
        var plan = Plan("axes: { n: [4, 8], d: 2, sigma: 1 }\nexclude: [{ backend: opencl, n: 8 }]\n", backends: "[cpu-simd, opencl]");

        Assert.Equal([(4, "cpu-simd"), (4, "opencl"), (8, "cpu-simd")], plan.Cells.Select(c => (plan.Inputs[c.Input].N, c.Backend)));
    }

    [Fact]
    public void An_exclusion_may_single_out_a_seed()
    {
        var plan = Plan("axes: { n: 4, d: 2, sigma: 1, seed: 1..3 }\nexclude: [{ kernel: naive, seed: 2 }]\n", kernels: "[naive, flash]");

        Assert.Equal([(1, "naive"), (1, "flash"), (2, "flash"), (3, "naive"), (3, "flash")], plan.Cells.Select(c => ((int)plan.Inputs[c.Input].Seed, c.Kernel.Name)));
    }

    [Fact]
    public void Included_points_pass_every_filter_and_are_planned_once()
    {
        var plan = Plan("axes: { n: [4, 8], d: 2, sigma: [1, 2], seed: 1..2 }\nconstraints: [n < 8]\ninclude: [{ n: 16, seed: 7 }, { n: 4 }]\n");

        Assert.Equal(4 + 2, plan.Inputs.Count);
        Assert.Equal([(16, 1.0, 7), (16, 2.0, 7)], plan.Inputs.Skip(4).Select(i => (i.N, i.Sigma, (int)i.Seed)));
    }

    [Fact]
    public void A_file_of_included_points_needs_no_axes()
    {
        var plan = Plan("include: [{ n: 4, d: 2, sigma: 1, seed: 1..3 }, { n: 8, d: 4, sigma: 2 }]\n");

        Assert.Equal([(4, 1), (4, 2), (4, 3), (8, 1)], plan.Inputs.Select(i => (i.N, (int)i.Seed)));
    }

    [Fact]
    public void Lists_of_parameters_are_crossed()
    {
        var plan = Plan("axes: { n: 64, d: 2, sigma: 1 }\n", kernels: "[block-topk: { keep: [n/8, n / 4], block: [8, 16] }]");

        Assert.Equal(
            ["block-topk(block=8,keep=n/8)", "block-topk(block=8,keep=n/4)", "block-topk(block=16,keep=n/8)", "block-topk(block=16,keep=n/4)"],
            plan.Cells.Select(c => c.Kernel.Variant));
        Assert.Equal([(8, 8), (8, 16), (16, 8), (16, 16)], plan.Cells.Select(c => (c.Kernel.Count("block"), c.Kernel.Count("keep"))));
    }

    [Fact]
    public void Measuring_rules_start_from_a_preset()
    {
        Assert.Equal(MeasureRules.Standard, Plan("axes: { n: 8, d: 4, sigma: 1 }\n").Measure);
        Assert.Equal(
            MeasureRules.Quick with { Trials = 1, MinSamples = 3, MaxSamples = 9, MinSeconds = 0.01, MaxSeconds = 2, RelativeHalfWidth = 0.1, Confidence = 0.9, WarmUpLaunches = 0, WarmUpSeconds = 0, VerifyRows = 16 },
            Plan("axes: { n: 8, d: 4, sigma: 1 }\nmeasure: { preset: quick, trials: 1, min_samples: 3, max_samples: 9, min_seconds: 1/100, max_seconds: 2, relative_half_width: 0.1, confidence: 0.9, warm_up_launches: 0, warm_up_seconds: 0, verify_rows: 2^4 }\n").Measure);
    }

    [Fact]
    public void Regime_cache_and_fresh_processes_are_rules_like_the_others()
    {
        Assert.Equal(
            MeasureRules.Standard with { Regime = Regimes.Sustained, Cache = CacheModes.Cold, FreshProcessTrials = 2, DeviceWarmUpSeconds = 0 },
            Plan("axes: { n: 8, d: 4, sigma: 1 }\nmeasure: { regime: sustained, cache: cold, fresh_process_trials: 2, device_warm_up_seconds: 0 }\n").Measure);
        // A single trial is measured in the runner's own process unless the file says otherwise.
        Assert.Equal(MeasureRules.Standard with { Trials = 1, FreshProcessTrials = 0 }, Plan("axes: { n: 8, d: 4, sigma: 1 }\nmeasure: { trials: 1 }\n").Measure);
    }

    [Theory]
    [InlineData("sparsity: { rows: 99 }\n", 99)]
    [InlineData("sparsity: false\n", null)]
    [InlineData("", null)]
    public void Sparsity_is_measured_when_asked_for(string written, int? rows) =>
        Assert.Equal(rows, Plan($"axes: {{ n: 8, d: 4, sigma: 1 }}\n{written}").Sparsity?.Rows);

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    public void Line_ends_and_a_byte_order_mark_do_not_matter(string end) =>
        Assert.Single(Read("\uFEFF" + File("axes: { n: 8, d: 4, sigma: 1 }\n").Replace("\n", end)).Cells);

    private static string Quoted(string written) => written.StartsWith('[') || !written.Contains(',') ? written : $"\"{written}\"";

    private static SweepPlan Plan(string rest, string input = "{ model: independent }", string kernels = "[flash]", string backends = "[cpu-simd]") =>
        Read(File(rest, input, kernels, backends));

    private static string File(string rest, string input = "{ model: independent }", string kernels = "[flash]", string backends = "[cpu-simd]") =>
        $"name: t\ninput: {input}\nkernels: {kernels}\nbackends: {backends}\n{rest}";

    private static SweepPlan Read(string text)
    {
        var reading = SweepFile.Read(text, "t.yaml");
        Assert.Empty(reading.Mistakes);
        return reading.Plan!;
    }
}
