using System.Globalization;
using AttnSweep.Cli.Display;
using AttnSweep.Statistics;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Reports;

/// <summary>A comparison for people: counts by kernel, then the cells that changed most.</summary>
internal static class ComparisonReport
{
    private const int Listed = 20;

    private static readonly CellVerdict[] Order = [CellVerdict.Same, CellVerdict.Faster, CellVerdict.Slower, CellVerdict.Ambiguous, CellVerdict.NoData];

    public static void Print(IAnsiConsole console, RunRecord a, RunRecord b, IReadOnlyList<ComparedCell> cells)
    {
        console.WriteLine($"run {b.RunId} ({b.Name}) against run {a.RunId} ({a.Name}): ratios above 1 mean that {b.RunId} is slower");
        var counts = Screen.NewTable(["kernel", .. Order.Select(v => v.Name()), "median ratio"]);
        foreach (var kernel in cells.GroupBy(c => c.Variant).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var ratios = kernel.Where(c => c.Comparison.Ratio is not null).Select(c => c.Comparison.Ratio!.Value).Order().ToList();
            counts.AddRow(
            [
                Markup.Escape(kernel.Key),
                .. Order.Select(v => kernel.Count(c => c.Comparison.Verdict == v).ToString(CultureInfo.InvariantCulture)),
                ratios.Count == 0 ? "-" : Amounts.Number(ratios[ratios.Count / 2]),
            ]);
        }

        console.Write(counts);
        var changed = cells.Where(c => c.Comparison.Verdict is CellVerdict.Slower or CellVerdict.Faster)
            .OrderByDescending(c => Math.Abs(Math.Log(c.Comparison.Ratio!.Value))).Take(Listed).ToList();
        if (changed.Count == 0)
        {
            return;
        }

        var table = Screen.NewTable("verdict", "cell", "ratio", "interval");
        foreach (var cell in changed)
        {
            table.AddRow(
                cell.Comparison.Verdict.Name(), Markup.Escape(cell.Comparison.Key), Amounts.Number(cell.Comparison.Ratio),
                $"{Amounts.Number(cell.Comparison.Low)} .. {Amounts.Number(cell.Comparison.High)}");
        }

        console.Write(table);
    }
}
