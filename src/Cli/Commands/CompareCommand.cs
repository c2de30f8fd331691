using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Statistics;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>Two runs, cell by cell.</summary>
internal static class CompareCommand
{
    private const int MostShown = 30;

    public static Command Create(Surroundings around)
    {
        var a = SharedOptions.Run("A");
        var b = SharedOptions.Run("B");
        var all = new Option<bool>("--all") { Description = "Show cells that are SAME or NODATA too" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand("compare", "Says which cells of run B are faster or slower than in run A; exit code 1 when one is slower", "attnsweep compare 3 4") { a, b, all, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            var runs = new RunStore(store);
            var reader = new ReportReader(store);
            var first = await SharedOptions.FindRunAsync(runs, parsed.GetValue(a)!, cancellation);
            var second = await SharedOptions.FindRunAsync(runs, parsed.GetValue(b)!, cancellation);
            var compared = RunComparison.Compare(
                Pair(await reader.SeriesAsync(first.RunId, cancellation), await reader.SeriesAsync(second.RunId, cancellation)), new ComparisonRules());
            Write(around, compared, parsed.GetValue(all));
            return compared.Any(c => c.Verdict == CellVerdict.Slower) ? ExitCodes.BadNews : ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Cells of both runs by what identifies them. Pure.</summary>
    internal static IReadOnlyList<(string Key, CellSamples? A, CellSamples? B)> Pair(IReadOnlyList<SeriesRow> a, IReadOnlyList<SeriesRow> b)
    {
        static Dictionary<string, CellSamples> ByKey(IReadOnlyList<SeriesRow> rows) => rows.GroupBy(r => r.Key).ToDictionary(
            g => g.Key, g => new CellSamples([.. g.Select(r => r.SamplesUs).OfType<double[]>()], g.First().CellId));
        var (left, right) = (ByKey(a), ByKey(b));
        return [.. left.Keys.Union(right.Keys).Select(key => (key, left.GetValueOrDefault(key), right.GetValueOrDefault(key)))];
    }

    private static void Write(Surroundings around, IReadOnlyList<CellComparison> cells, bool all)
    {
        var verdicts = Enum.GetValues<CellVerdict>();
        var counts = new Table().Border(TableBorder.Simple).AddColumn("kernel").AddColumns([.. verdicts.Select(v => v.Name())]);
        foreach (var kernel in cells.GroupBy(c => c.Key.Split(' ')[0]))
        {
            counts.AddRow([kernel.Key.EscapeMarkup(), .. verdicts.Select(v => Units.Text($"{kernel.Count(c => c.Verdict == v)}"))]);
        }

        around.Console.Write(counts);
        var shown = cells.Where(c => all || c.Verdict is CellVerdict.Faster or CellVerdict.Slower or CellVerdict.Ambiguous)
            .OrderByDescending(c => c.Verdict == CellVerdict.Slower).ThenByDescending(c => Math.Abs(Math.Log(c.Ratio ?? 1))).ToList();
        var table = new Table().Border(TableBorder.Simple).AddColumns("cell", "B/A", "interval", "verdict", "why");
        foreach (var c in all ? shown : shown.Take(MostShown))
        {
            table.AddRow(
                new Text(c.Key), new Text(Units.Number(c.Ratio)), new Text($"{Units.Number(c.Low)} .. {Units.Number(c.High)}"), new Text(c.Verdict.Name()), new Text(c.Why));
        }

        if (table.Rows.Count > 0)
        {
            around.Console.Write(table);
        }

        if (shown.Count > table.Rows.Count)
        {
            around.Out.WriteLine($"{shown.Count - table.Rows.Count} more; --all shows them");
        }
    }
}
