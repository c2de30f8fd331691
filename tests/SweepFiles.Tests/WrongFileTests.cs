namespace AttnSweep.SweepFiles.Tests;

/// <summary>What a person reads who made a mistake: one change to a file that works, and the exact line.</summary>
public sealed class WrongFileTests
{
    private const string Sound = """
        name: x
        input: { model: independent }
        axes:
          n: [256, 1024]
          d: [32, 64]
          sigma: [0.5, 1.0]
          seed: 1..4
        kernels:
          - flash
          - topk: { k: [n/16, n/8] }
        backends: [cpu-simd]
        sparsity: { rows: 256 }
        measure: { preset: quick }
        constraints:
          - n * d <= 65536
        """;

    [Fact]
    public void The_file_that_the_others_spoil_is_sound() => Assert.Empty(Mistakes(Sound));

    [Theory]
    [InlineData("kernels:", "kernel:", "8:1: the unknown key 'kernel'; did you mean 'kernels'?")]
    [InlineData("name: x\n", "", "1:1: no 'name'; would have name: followed by a word")]
    [InlineData("name: x", "name:", "1:6: nothing; would be a name of at most 100 characters, in one line")]
    [InlineData("backends: [cpu-simd]", "name: y", "1:1: no 'backends'; would have backends: [cpu-simd]", "11:1: 'name' a second time; it was given in line 1 already")]
    [InlineData("measure:", "replicates: 3\nmeasure:", "13:1: the unknown key 'replicates'; would be more values of the axis 'seed', or 'trials' under 'measure'")]
    [InlineData("independent", "gaussian", "2:17: the unknown input model 'gaussian'; would be one of independent, shared, xwx, file")]
    [InlineData("independent }", "independent, causal: yes }", "2:38: 'yes'; would be true or false")]
    [InlineData("[cpu-simd]", "[cuda, cpu]", "11:18: the unknown backend 'cpu'; would be one of cpu-simd, cuda, opencl, ilgpu-cpu")]
    [InlineData("[cpu-simd]", "cpu-simd", "11:11: 'cpu-simd'; would be a list such as [cpu-simd]")]
    [InlineData("[cpu-simd]", "[cuda, cuda]", "11:18: 'cuda' a second time; each backend is listed once")]
    public void Of_the_top_level(string sound, string wrong, params string[] expected) => Expect(sound, wrong, expected);

    [Theory]
    [InlineData("  n: [256, 1024]", "\tn: [256, 1024]", "4:1: a tab in the indentation; would be spaces: YAML allows no tabs there")]
    [InlineData("[256, 1024]", "[256, 1024", "4:6: bad YAML after this '[': a bracket or a quote is not closed; would be closed by ']', with quotes around entries that contain brackets, ': ' or ' #'")]
    [InlineData("d: [32, 64]", "d: *x", "5:6: the alias '*x'; would be the values themselves: sweep files have no anchors")]
    [InlineData("d: [32, 64]", "d: &x [32, 64]", "5:6: the anchor '&x'; would be left out: sweep files have no anchors")]
    [InlineData("kernels:", "---\nkernels:", "8:1: a second document; a file holds one sweep")]
    public void Of_yaml(string sound, string wrong, params string[] expected) => Expect(sound, wrong, expected);

    [Theory]
    [InlineData("", "1:1: an empty file; would begin with 'name: ...'")]
    [InlineData("# nothing here\n", "1:1: an empty file; would begin with 'name: ...'")]
    [InlineData("- a\n- b\n", "1:1: a list; would be a map that begins with 'name: ...'")]
    [InlineData("just words", "1:1: 'just words'; would be a map that begins with 'name: ...'")]
    public void Of_the_whole_file(string text, string expected) => Assert.Equal([$"sweep.yaml:{expected}"], Mistakes(text));

    [Theory]
    [InlineData("[256, 1024]", "[0, 1024]", "4:7: n = 0; would be a whole number from 1 to 16777216")]
    [InlineData("[256, 1024]", "256.5", "4:6: n = 256.5; would be a whole number from 1 to 16777216")]
    [InlineData("[256, 1024]", "2^25", "4:6: n = 33554432; would be a whole number from 1 to 16777216")]
    [InlineData("[256, 1024]", "big", "4:6: the name 'big'; would be a number: an axis has fixed values")]
    [InlineData("[256, 1024]", "{ from: 1 }", "4:6: a map; 'n' would have values, e.g. [256, 1024] or pow2(256, 65536)")]
    [InlineData("[256, 1024]", "[]", "4:6: an empty list; 'n' would have values, e.g. [256, 1024] or pow2(256, 65536)")]
    [InlineData("[256, 1024]", "[256, 256]", "4:12: 256 a second time; each value of 'n' is listed once")]
    [InlineData("[256, 1024]", "powr(256, 1024)", "4:6: the unknown series 'powr'; did you mean 'pow2'?")]
    [InlineData("[256, 1024]", "pow2(300, 400)", "4:6: pow2(300, 400); would be pow2(first, last) with 0 < first <= last and a power of two between them")]
    [InlineData("[32, 64]", "[32, 4096]", "5:11: d = 4096; would be a whole number from 1 to 1024")]
    [InlineData("[0.5, 1.0]", "[-0.5, 1.0]", "6:11: sigma = -0.5; would be greater than 0 and at most 1000000")]
    [InlineData("[0.5, 1.0]", "logspace(0, 1, 5)", "6:10: logspace(0, 1, 5); would be logspace(first, last, count) with first and last above 0 and a count from 2 to 10000")]
    [InlineData("[0.5, 1.0]", "0.5..2 step 0", "6:22: the step 0; would be greater than 0")]
    [InlineData("  sigma: [0.5, 1.0]\n", "", "4:3: no axis 'sigma'; would have n, d and sigma")]
    [InlineData("sigma:", "sgima:", "6:3: the unknown key 'sgima'; did you mean 'sigma'?")]
    [InlineData("1..4", "-1..4", "7:9: seed = -1; would be a whole number from 0 to 9007199254740992")]
    [InlineData("1..4", "4..1", "7:9: the empty range 4..1; would go from the smaller to the larger number")]
    [InlineData("1..4", "1..1e12", "7:9: the range 1..1e12; would have at most 10000000 values")]
    [InlineData("1..4", "1..9000000", "3:1: axes with 72000000 points; would be at most 10000000 before constraints")]
    [InlineData("seed: 1..4", "zip: [{ seed: [1, 2], heads: [1, 2, 3] }]", "7:9: zipped axes of different lengths (heads has 3, seed has 2); would have as many values each")]
    [InlineData("seed: 1..4", "zip: [{ n: [1, 2], seed: [1, 2] }]", "7:11: the axis 'n' a second time; it was given in line 4 already")]
    public void Of_axes(string sound, string wrong, params string[] expected) => Expect(sound, wrong, expected);

    [Theory]
    [InlineData("- flash", "- flahs", "9:5: the unknown kernel 'flahs'; did you mean 'flash'?")]
    [InlineData("- flash", "- flash: { k: 3 }", "9:12: parameters of 'flash'; it takes none")]
    [InlineData("topk: { k: [n/16, n/8] }", "topk", "10:5: 'topk' without 'k'; would be topk: { k: ... } (k: keys kept per query, 1 to n)")]
    [InlineData("k: [n/16, n/8]", "kk: n/8", "10:13: the unknown key 'kk'; would be 'k'")]
    [InlineData("[n/16, n/8]", "[n/16, n / 16]", "10:5: topk(k=n/16) a second time; each kernel with its parameters is listed once")]
    [InlineData("  - topk: { k: [n/16, n/8] }", "  - topk: { k: n/8 }\n    window: { width: 4 }", "11:5: 'window' in the entry of another kernel; would be an entry of its own, beginning with '- ', or a parameter, indented further")]
    [InlineData("n/16", "m/16", "10:17: the unknown name 'm'; would be one of n, d, sigma, heads, norm, mean_v, rho, rho_d, nu, outliers, outlier_scale, seed, causal, layer_norm")]
    [InlineData("n/16", "1 + cel(n/16)", "10:21: the unknown function 'cel'; did you mean 'ceil'?")]
    [InlineData("n/16", "\"1 + cel(n/16)\"", "10:22: the unknown function 'cel'; did you mean 'ceil'?")]
    [InlineData("[n/16, n/8]", "[max(n/16, 4), n/8]", "10:17: 'max(n/16', cut off at a comma; would be in quotes: \"max(n/16, 4)\"")]
    [InlineData("[n/16, n/8]", "max(n/16, 4)", "10:16: 'max(n/16', cut off at a comma; would be in quotes: \"max(n/16, 4)\"")]
    [InlineData("n/16", "n/(d-32)", "10:18: division by zero at n = 256, d = 32, sigma = 0.5, seed = 1; would be a divisor that is not 0")]
    [InlineData("n/16", "2 * ln(d-32)", "10:21: ln(0) has no finite value at n = 256, d = 32, sigma = 0.5, seed = 1; would be a finite number")]
    [InlineData("n/16", "n - 512", "10:17: k = -256 at n = 256, d = 32, sigma = 0.5, seed = 1; would be at least 0")]
    [InlineData("topk: { k: [n/16, n/8] }", "threshold: { epsilon: 0 }", "10:27: epsilon = 0 at n = 256, d = 32, sigma = 0.5, seed = 1; would be greater than 0")]
    [InlineData("topk: { k: [n/16, n/8] }", "threshold: { epsilon: 1/n, margin: 4 }", "10:5: 'threshold' with 'epsilon' and 'margin'; would be one of them: two entries measure both")]
    [InlineData("topk: { k: [n/16, n/8] }", "topp: { mass: [0.9, 1.5] }", "10:25: mass = 1.5 at n = 256, d = 32, sigma = 0.5, seed = 1; would be at most 1")]
    [InlineData("topk: { k: [n/16, n/8] }", "hyper: { bits: 17, block: 64, samples: 64, minimum: 1 }", "10:20: bits = 17 at n = 256, d = 32, sigma = 0.5, seed = 1; would be at most 16")]
    public void Of_kernels(string sound, string wrong, params string[] expected) => Expect(sound, wrong, expected);

    [Theory]
    [InlineData("quick }", "qick }", "13:20: the unknown preset 'qick'; did you mean 'quick'?")]
    [InlineData("quick }", "quick, trials: 0 }", "13:35: trials = 0; would be a whole number from 1 to 1000")]
    [InlineData("quick }", "quick, confidence: 1 }", "13:39: confidence = 1; would be from 0.5 to below 1, e.g. 0.99")]
    [InlineData("quick }", "quick, regime: bursts }", "13:35: the unknown regime 'bursts'; did you mean 'burst'?")]
    [InlineData("quick }", "quick, cache: warm }", "13:34: the unknown cache 'warm'; would be one of hot, cold")]
    [InlineData("quick }", "quick, fresh_process_trials: 3 }", "13:49: fresh_process_trials = 3 with trials = 2; would be at most trials")]
    [InlineData("quick }", "quick, min_samples: 500 }", "13:40: min_samples = 500 with max_samples = 200; min_samples would be at most max_samples (a preset gives what the file does not)")]
    [InlineData("quick }", "quick, warmup_seconds: 1 }", "13:27: the unknown key 'warmup_seconds'; did you mean 'warm_up_seconds'?")]
    [InlineData("{ rows: 256 }", "true", "12:11: 'true'; would be { rows: 256 } or false")]
    [InlineData("{ rows: 256 }", "{ rows: many }", "12:19: the name 'many'; would be a whole number from 1 to 16777216")]
    public void Of_measuring(string sound, string wrong, params string[] expected) => Expect(sound, wrong, expected);

    [Theory]
    [InlineData("n * d <= 65536", "n * d", "15:5: the number n * d; would be a condition such as n <= 4096")]
    [InlineData("n * d <= 65536", "n = 256", "15:7: '='; would be '==' to compare")]
    [InlineData("n * d <= 65536", "1 < n < 65536", "15:11: a second comparison '<'; would be two comparisons joined by 'and'")]
    [InlineData("n * d <= 65536", "n * d <= 1", "14:1: a sweep without cells; at least one point of the axes would pass the constraints and exclusions")]
    [InlineData("n * d <= 65536", "n / (d - 32) <= 1", "15:7: division by zero at n = 256, d = 32, sigma = 0.5, seed = 1; would be a divisor that is not 0")]
    [InlineData("constraints:", "exclude: [{}]\nconstraints:", "14:11: an empty map; would name what to exclude: it would exclude everything")]
    [InlineData("constraints:", "exclude: [{ kernel: naiv, n: 4 }]\nconstraints:", "14:21: the unknown kernel 'naiv'; did you mean 'naive'?")]
    [InlineData("constraints:", "include: [{ n: 4, epsilon: 1 }]\nconstraints:", "14:19: the unknown key 'epsilon'; would be one of n, d, sigma, heads, causal, norm, layer_norm, mean_v, rho, rho_d, nu, outliers, outlier_scale, dtype, seed")]
    public void Of_filters(string sound, string wrong, params string[] expected) => Expect(sound, wrong, expected);

    [Fact]
    public void Several_are_reported_together_in_the_order_of_the_file()
    {
        var text = Sound.Replace("- flash", "- flahs").Replace("n/16", "n/").Replace("quick", "fast").Replace("[0.5, 1.0]", "[0.5, x]");

        Assert.Equal(
            [
                "sweep.yaml:6:16: the name 'x'; would be a number: an axis has fixed values",
                "sweep.yaml:9:5: the unknown kernel 'flahs'; did you mean 'flash'?",
                "sweep.yaml:10:19: the end; would be a number, an axis such as n, a function or '('",
                "sweep.yaml:13:20: the unknown preset 'fast'; would be one of quick, standard, careful",
            ],
            Mistakes(text));
    }

    [Fact]
    public void A_formula_that_fails_at_many_points_is_reported_once() =>
        Assert.Single(Mistakes(Sound.Replace("n/16", "n/0").Replace("1..4", "1..50")));

    private static void Expect(string sound, string wrong, string[] expected)
    {
        Assert.Contains(sound, Sound, StringComparison.Ordinal);
        Assert.Equal(expected.Select(e => $"sweep.yaml:{e}"), Mistakes(Sound.Replace(sound, wrong)));
    }

    private static string[] Mistakes(string text)
    {
        var reading = SweepFile.Read(text, "sweep.yaml");
        Assert.Equal(reading.Mistakes.Count > 0, reading.Plan is null);
        return [.. reading.Mistakes.Select(m => m.ToString())];
    }
}
