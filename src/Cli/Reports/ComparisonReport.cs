using System.Text.Json;
using System.Text.Json.Serialization;
using AttnSweep.Cli.Display;
using AttnSweep.Statistics;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Reports;

/// <summary>Two runs, cell by cell, as a person or a script reads them. Pure but for the writing.</summary>
internal sealed class ComparisonReport(RunRecord a, RunRecord b, IReadOnlyList<CellComparison> cells)
{
    private const int MostShown = 30;

    private static readonly JsonSerializerOptions JsonRules = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly CellVerdict[] Verdicts = Enum.GetValues<CellVerdict>();

    public string Json() => JsonSerializer.Serialize(
        new
        {
            BaselineRunId = a.RunId,
            b.RunId,
            Counts = Counts(cells),
            Kernels = ByKernel().Select(k => new { Kernel = k.Key, Ratio = MeanRatio([.. k]), Counts = Counts([.. k]) }),
            Cells = cells.Select(c => new
            {
                Cell = c.Key,
                BaselineCellId = c.CellA,
                CellId = c.CellB,
                Verdict = c.Verdict.Name(),
                c.Ratio,
                RatioLow = c.Low,
                RatioHigh = c.High,
                c.P,
                c.Why,
            }),
        },
        JsonRules);

    public IEnumerable<string> Csv() =>
    [
        RowWriters.CsvLine(["cell", "baseline_cell_id", "cell_id", "verdict", "ratio", "ratio_low", "ratio_high", "p", "why"]),
        .. cells.Select(c => RowWriters.CsvLine([c.Key, c.CellA, c.CellB, c.Verdict.Name(), c.Ratio, c.Low, c.High, c.P, c.Why])),
    ];

    public void Write(IAnsiConsole console, bool all)
    {
        console.WriteLine($"Run {b.RunId} ({b.Name}) against run {a.RunId} ({a.Name}): {Units.Count(cells.Count, "cell")}");
        console.WriteFirstThatFits(() => [CountTable(Verdicts)], () => [CountTable([.. Verdicts.Where(v => cells.Any(c => c.Verdict == v))])]);
        console.WriteLine("B/A: geometric mean of the ratios of median times; above 1, B is slower");
        console.WriteLine();
        var shown = cells.Where(c => all || c.Verdict is CellVerdict.Faster or CellVerdict.Slower or CellVerdict.Ambiguous)
            .OrderByDescending(c => c.Verdict == CellVerdict.Slower).ThenByDescending(c => c.Verdict == CellVerdict.Faster)
            .ThenByDescending(c => Math.Abs(Math.Log(c.Ratio ?? 1))).ToList();
        if (shown.Count > 0)
        {
            WriteCells(console, all ? shown : [.. shown.Take(MostShown)]);
        }

        if (!all && shown.Count > MostShown)
        {
            console.WriteLine($"{shown.Count - MostShown} more; --all shows them, and those that are SAME or NODATA");
        }

        foreach (var reason in cells.Where(c => c.Verdict is CellVerdict.Ambiguous or CellVerdict.NoData).GroupBy(c => (c.Verdict, c.Why)).OrderBy(g => g.Key))
        {
            console.WriteLine($"{reason.Key.Verdict.Name()} in {Units.Count(reason.Count(), "cell")}: {reason.Key.Why}");
        }
    }

    /// <summary>Words that every cell shares say nothing and are told once; the first word, the kernel, always stays.</summary>
    private static (string Shared, Func<string, string> Short) Names(IReadOnlyList<string> keys)
    {
        var shared = keys.Count < 2 ? [] : keys.Select(k => k.Split(' ').Skip(1)).Aggregate((common, words) => common.Intersect(words)).ToHashSet();
        return (string.Join(' ', keys[0].Split(' ').Where(shared.Contains)), key => string.Join(' ', key.Split(' ').Where(w => !shared.Contains(w))));
    }

    private Table CountTable(IReadOnlyList<CellVerdict> verdicts)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("kernel").AddColumn(new TableColumn("B/A").RightAligned());
        foreach (var verdict in verdicts)
        {
            table.AddColumn(new TableColumn(verdict.Name()).RightAligned());
        }

        foreach (var kernel in ByKernel())
        {
            table.AddRow([kernel.Key.EscapeMarkup(), Units.Number(MeanRatio([.. kernel])), .. verdicts.Select(v => Units.Text($"{kernel.Count(c => c.Verdict == v)}"))]);
        }

        return table;
    }

    private static void WriteCells(IAnsiConsole console, IReadOnlyList<CellComparison> shown)
    {
        var (shared, name) = Names([.. shown.Select(c => c.Key)]);
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("verdict").AddColumn(new TableColumn("B/A").RightAligned()).AddColumn(new TableColumn("99 % interval").RightAligned()).AddColumn("cell");
        foreach (var c in shown)
        {
            table.AddRow(
                new Text(c.Verdict.Name(), StyleOf(c.Verdict)), new Text(Units.Number(c.Ratio)),
                new Text(c.Ratio is null ? "-" : $"{Units.Number(c.Low)} .. {Units.Number(c.High)}"), new Text(name(c.Key)));
        }

        console.Write(table);
        if (shared.Length > 0)
        {
            console.WriteLine($"all of them: {shared}");
        }
    }

    private static Style StyleOf(CellVerdict verdict) => new(verdict switch
    {
        CellVerdict.Slower => Color.Red,
        CellVerdict.Faster => Color.Green,
        CellVerdict.Ambiguous => Color.Yellow,
        _ => Color.Default,
    });

    private IEnumerable<IGrouping<string, CellComparison>> ByKernel() => cells.GroupBy(c => c.Key.Split(' ')[0]).OrderBy(g => g.Key, StringComparer.Ordinal);

    private static double? MeanRatio(IReadOnlyList<CellComparison> some)
    {
        var logs = some.Select(c => c.Ratio).OfType<double>().Select(r => Math.Log(r)).ToList();
        return logs.Count == 0 ? null : Math.Exp(logs.Average());
    }

    private static Dictionary<string, int> Counts(IReadOnlyList<CellComparison> some) => Verdicts.ToDictionary(v => v.Name(), v => some.Count(c => c.Verdict == v));
}
