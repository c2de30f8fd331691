using AttnSweep.Sweeps;

namespace AttnSweep.SweepFiles.Tests;

/// <summary>What <c>input</c> may say, and what it may not.</summary>
public sealed class InputTests
{
    private const string Digest = "26bca2a64b1f4889cd3cda6e060b9ae52ff18a9c20403504e4d6a9f2b1c5d001";

    [Fact]
    public void Options_are_part_of_the_input()
    {
        var input = Assert.Single(Plan("{ model: xwx, norm: 8, layer_norm: true, mean_v: -1, rho: 0.5, rho_d: -0.25, nu: 5, outliers: 2, outlier_scale: 10, dtype: bfloat16 }").Inputs);

        Assert.Equal("xwx", input.Model);
        Assert.Equal(
            new InputOptions { Norm = 8, LayerNorm = true, MeanV = -1, Rho = 0.5, RhoD = -0.25, Nu = 5, Outliers = 2, OutlierScale = 10, DType = "bfloat16" },
            input.Options);
    }

    [Fact]
    public void Numbers_flags_and_storage_types_are_axes_and_the_seed_still_runs_fastest()
    {
        var plan = Plan("{ model: xwx, norm: \"pow2(1, 4)\", layer_norm: [false, true], dtype: [float32, float16] }", "seed: 1..2");

        Assert.Equal(3 * 2 * 2 * 2, plan.Inputs.Count);
        Assert.Equal([1, 2], plan.Inputs.Take(2).Select(i => (int)i.Seed));
        Assert.Equal([1.0, 2, 4], plan.Inputs.Select(i => i.Options.Norm).Distinct());
        Assert.Equal(["float32", "float16"], plan.Inputs.Select(i => i.Options.DType).Distinct());
    }

    [Theory]
    [InlineData("rho: 0.1..0.5 step 0.2", new[] { 0.1, 0.3, 0.5 })]
    [InlineData("rho: linspace(-0.5, 0.5, 3)", new[] { -0.5, 0, 0.5 })]
    [InlineData("rho: -0.5..0 step 0.25", new[] { -0.5, -0.25, 0 })]
    public void An_option_may_stand_among_the_axes(string written, double[] expected) =>
        Assert.Equal(expected, Plan("{ model: independent }", written).Inputs.Select(i => i.Options.Rho));

    [Fact]
    public void Options_may_be_zipped_excluded_included_and_named_in_formulas()
    {
        var reading = SweepFile.Read(
            """
            name: t
            input: { model: xwx }
            axes:
              n: 64
              d: [8, 16]
              sigma: 1
              zip: [{ norm: [2, 4, 8], rho: [0, 0, 0.5] }]
            kernels: [topk: { k: norm }]
            backends: [cpu-simd]
            constraints: [norm < 8 or not layer_norm, norm * d < 128]
            exclude: [{ norm: 2, where: rho == 0 and nu == 0 }]
            include: [{ norm: 16, rho: 0, d: 8, dtype: float16 }]
            """, "t.yaml");

        Assert.Empty(reading.Mistakes);
        Assert.Equal([(8, 4.0, 0.0), (8, 8.0, 0.5), (16, 4.0, 0.0), (8, 16.0, 0.0)], reading.Plan!.Inputs.Select(i => (i.D, i.Options.Norm, i.Options.Rho)));
        Assert.Equal([4, 8, 4, 16], reading.Plan.Cells.Select(c => c.Kernel.Count("k")));
        Assert.Equal("float16", reading.Plan.Inputs[^1].Options.DType);
    }

    [Fact]
    public void A_list_of_inputs_is_measured_at_every_point_and_each_input_once()
    {
        var plan = Plan("[{ model: independent, rho: [0, 0.5] }, { model: shared, heads: 2 }, { model: independent }]", "seed: 1..2");

        Assert.Equal(
            [("independent", 1, 0.0), ("independent", 1, 0.5), ("shared", 2, 0.0)],
            plan.Inputs.Select(i => (i.Model, i.Heads, i.Options.Rho)).Distinct());
        Assert.Equal(6, plan.Inputs.Count);
    }

    [Fact]
    public void A_file_has_no_seed()
    {
        var input = Assert.Single(Plan($"{{ model: file, dtype: float16, file: {{ path: a/b.safetensors, sha256: {Digest.ToUpperInvariant()} }} }}", "seed: 1..4").Inputs);

        Assert.Equal(("file", 0L, "a/b.safetensors", Digest), (input.Model, input.Seed, input.Options.FilePath, input.Options.FileSha256));
    }

    [Fact]
    public void Outlier_channels_of_scale_1_are_none()
    {
        var plan = Plan("{ model: shared, outliers: [0, 2], outlier_scale: [1, 10] }");
        Assert.Equal([(0, 1.0), (2, 10.0)], plan.Inputs.Select(i => (i.Options.Outliers, i.Options.OutlierScale)));
    }

    [Theory]
    [InlineData("{ model: gauss }", "2:17: the unknown input model 'gauss'; would be one of independent, shared, xwx, file")]
    [InlineData("{ model: shard }", "2:17: the unknown input model 'shard'; did you mean 'shared'?")]
    [InlineData("{ rho: 0.5 }", "2:8: no 'model'; would have model: independent")]
    [InlineData("[]", "2:8: an empty list; would be a map such as { model: independent }, or a list of them")]
    [InlineData("gaussian", "2:8: 'gaussian'; would be a map such as { model: independent }, or a list of them")]
    [InlineData("[{ model: shared }, 3]", "2:28: '3'; would be a map such as { model: independent }, or a list of them")]
    [InlineData("{ model: independent, sigma: 2 }", "2:30: the unknown key 'sigma'; would stand under 'axes'")]
    [InlineData("{ model: independent, layernorm: true }", "2:30: the unknown key 'layernorm'; did you mean 'layer_norm'?")]
    [InlineData("{ model: xwx }", "2:1: the model xwx without a norm; would have norm: the Frobenius norm of W, e.g. norm: 8")]
    [InlineData("{ model: xwx, norm: 0 }", "2:28: norm = 0; would be greater than 0 and at most 1000000")]
    [InlineData("{ model: shared, norm: 4 }", "2:25: 'norm' with the model 'shared'; would be left out: shared takes layer_norm, mean_v, rho, rho_d, nu, outliers, outlier_scale, dtype")]
    [InlineData("{ model: shared, rho: [0, 1] }", "2:34: rho = 1; would be above -1 and below 1")]
    [InlineData("{ model: shared, rho: [0, 0] }", "2:34: 0 a second time; each value of 'rho' is listed once")]
    [InlineData("{ model: shared, nu: 2 }", "2:29: nu = 2; would be above 2 (below, the variance is not finite), or 0 for normal entries")]
    [InlineData("{ model: shared, nu: infinite }", "2:29: the name 'infinite'; would be a number: an axis has fixed values")]
    [InlineData("{ model: shared, outliers: 1.5, outlier_scale: 3 }", "2:35: outliers = 1.5; would be a whole number from 0 to 1024")]
    [InlineData("{ model: shared, outliers: 9, outlier_scale: 3 }", "2:1: outliers = 9 with d = 4; would be at most d")]
    [InlineData("{ model: shared, outliers: 2 }", "2:25: 'outliers' without 'outlier_scale'; would have outlier_scale: what their entries are multiplied by, e.g. 10")]
    [InlineData("{ model: shared, outliers: 2, outlier_scale: -1 }", "2:53: outlier_scale = -1; would be greater than 0 and at most 1000000")]
    [InlineData("{ model: shared, layer_norm: yes }", "2:37: 'yes'; would be true or false")]
    [InlineData("{ model: shared, dtype: float61 }", "2:32: the unknown dtype 'float61'; did you mean 'float16'?")]
    [InlineData("{ model: shared, dtype: fp16 }", "2:32: the unknown dtype 'fp16'; would be one of float32, float16, bfloat16")]
    [InlineData("{ model: file }", "2:8: the model 'file' without 'file'; would have file: { path: ..., sha256: ... }")]
    [InlineData("{ model: file, file: a.safetensors }", "2:29: 'a.safetensors'; would be a map such as { path: inputs/layer12.safetensors, sha256: 64 hexadecimal digits }")]
    [InlineData("{ model: file, file: { path: a } }", "2:29: no 'sha256'; would have sha256: the file's digest, as sha256sum prints it")]
    [InlineData("{ model: file, file: { path: a, sha256: 12ab } }", "2:48: '12ab'; would be 64 hexadecimal digits, as sha256sum prints them")]
    [InlineData($"{{ model: file, rho: 0.5, file: {{ path: a, sha256: {Digest} }} }}", "2:23: 'rho' with the model 'file'; would be left out: file takes dtype")]
    [InlineData($"{{ model: shared, file: {{ path: a, sha256: {Digest} }} }}", "2:25: 'file' with the model 'shared'; would be left out, or the model would be 'file'")]
    public void A_mistake_has_its_place(string input, string expected) => Assert.Equal([$"t.yaml:{expected}"], Mistakes(input));

    [Theory]
    [InlineData("{ model: shared, rho: 0.5 }", "rho: 0.5", "3:31: the axis 'rho' a second time; it was given in 'input' already")]
    [InlineData("{ model: shared }", "norm: 4", "2:1: norm with the model shared; would be left out: shared takes layer_norm, mean_v, rho, rho_d, nu, outliers, outlier_scale, dtype")]
    public void Axes_are_held_against_the_input(string input, string axis, string expected) => Assert.Equal([$"t.yaml:{expected}"], Mistakes(input, axis));

    [Fact]
    public void Layer_norm_needs_two_dimensions() => Assert.Equal(
        ["t.yaml:2:1: layer_norm with d = 1; would have d of at least 2: one number has no spread to normalise"],
        SweepFile.Read(Text("{ model: shared, layer_norm: true }", "seed: 1").Replace("d: 4", "d: 1"), "t.yaml").Mistakes.Select(m => m.ToString()));

    private static string[] Mistakes(string input, string axis = "seed: 1") => [.. SweepFile.Read(Text(input, axis), "t.yaml").Mistakes.Select(m => m.ToString())];

    private static SweepPlan Plan(string input, string axis = "seed: 1")
    {
        var reading = SweepFile.Read(Text(input, axis), "t.yaml");
        Assert.Empty(reading.Mistakes);
        return reading.Plan!;
    }

    private static string Text(string input, string axis) =>
        $"name: t\ninput: {input}\naxes: {{ n: 8, d: 4, sigma: 1, {(axis.Contains(", ", StringComparison.Ordinal) ? axis.Replace(": ", ": \"") + "\"" : axis)} }}\nkernels: [flash]\nbackends: [cpu-simd]\n";
}
