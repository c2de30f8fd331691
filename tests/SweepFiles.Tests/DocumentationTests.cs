using System.Text.RegularExpressions;

namespace AttnSweep.SweepFiles.Tests;

/// <summary>docs/sweep-files.md says what is so.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(ReadyMadeSweeps.Root, "docs", "sweep-files.md"));

    private static IEnumerable<string> Examples => YamlBlock().Matches(Document).Select(m => m.Groups[1].Value);

    [Fact]
    public void Every_example_has_a_plan()
    {
        Assert.True(Examples.Count() >= 5);
        Assert.All(Examples, example => Assert.Empty(SweepFile.Read(example, "example.yaml").Mistakes));
    }

    [Fact]
    public void The_first_example_has_as_many_cells_as_the_text_says()
    {
        var plan = SweepFile.Read(Examples.First(), "first.yaml").Plan!;

        Assert.Equal((16, 48), (plan.Inputs.Count, plan.Cells.Count));
        Assert.Contains("16 inputs with 3 cells each", Document, StringComparison.Ordinal);
    }

    [Fact]
    public void The_presets_have_the_numbers_that_the_table_says()
    {
        var rules = Sweeps.MeasureRules.Presets;
        foreach (var (key, of) in new (string, Func<Sweeps.MeasureRules, double>)[]
        {
            ("trials", r => r.Trials), ("min_samples", r => r.MinSamples), ("max_samples", r => r.MaxSamples),
            ("min_seconds", r => r.MinSeconds), ("max_seconds", r => r.MaxSeconds), ("relative_half_width", r => r.RelativeHalfWidth),
            ("confidence", r => r.Confidence), ("warm_up_launches", r => r.WarmUpLaunches), ("warm_up_seconds", r => r.WarmUpSeconds),
            ("verify_rows", r => r.VerifyRows),
        })
        {
            var row = string.Join(" | ", new[] { "quick", "standard", "careful" }.Select(p => Sweeps.Numbers.Text(of(rules[p]))));
            Assert.Contains($"| `{key}` | {row} |", Document, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
