using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Cli.Reports;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>The summary of a run again, or its cells one by one.</summary>
internal static class ResultsCommand
{
    public static Command Create(Surroundings around, string name)
    {
        var run = SharedOptions.Run();
        var cells = new Option<bool>("--cells") { Description = "List every cell instead" };
        var json = SharedOptions.Json("The summary (with --cells: the cells)");
        var csv = new Option<bool>("--csv") { Description = "With --cells: one row per cell as CSV with a header" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand(
            name, "Prints the summary of a run, or its cells; exit code 1 when a cell is not ok", $"attnsweep {name} quick\nattnsweep {name} 3 --cells --csv > cells.csv")
        { run, cells, json, csv, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            SharedOptions.DemandOneFormat(parsed.GetValue(csv), parsed.GetValue(json));
            if (parsed.GetValue(csv) && !parsed.GetValue(cells))
            {
                throw new AskedWronglyException("--csv goes with --cells; the summary has --json");
            }

            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            var runs = new RunStore(store);
            var reader = new ReportReader(store);
            var record = await SharedOptions.FindRunAsync(runs, parsed.GetValue(run)!, cancellation);
            if (parsed.GetValue(cells))
            {
                var rows = await reader.CellsAsync(record.RunId, cancellation);
                WriteCells(around, rows, parsed.GetValue(csv), parsed.GetValue(json));
                return rows.All(c => c.Outcome == "ok") ? ExitCodes.Ok : ExitCodes.BadNews;
            }

            var report = await RunReport.ReadAsync(runs, reader, record, cancellation);
            if (parsed.GetValue(json))
            {
                around.Out.WriteLine(report.Json());
            }
            else
            {
                report.Write(around.Console);
            }

            return report.Outcomes.Count == 0 ? ExitCodes.Ok : ExitCodes.BadNews;
        });
        return command;
    }

    private static readonly string[] CellColumns =
        ["cell_id", "variant", "backend", "n", "d", "sigma", "seed", "outcome", "samples", "time_median_us", "gflops", "speedup_vs_dense", "rel_error"];

    private static void WriteCells(Surroundings around, IReadOnlyList<CellRow> cells, bool csv, bool json)
    {
        static object?[] Values(CellRow c) =>
            [c.CellId, c.Variant, c.Backend, c.N, c.D, c.Sigma, c.Seed, c.Outcome, c.Samples, c.TimeMedianUs, c.Gflops, c.SpeedupVsDense, c.RelError];
        if (csv)
        {
            around.Out.WriteLine(RowWriters.CsvLine(CellColumns));
            foreach (var c in cells)
            {
                around.Out.WriteLine(RowWriters.CsvLine(Values(c)));
            }
        }
        else if (json)
        {
            around.Out.WriteLine("[" + string.Join(",", cells.Select(c => "\n" + RowWriters.JsonObject(CellColumns, Values(c)))) + "\n]");
        }
        else
        {
            WriteCells(around.Console, cells);
        }
    }

    private static void WriteCells(IAnsiConsole console, IReadOnlyList<CellRow> cells)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("cell", "kernel", "backend", "n", "d", "sigma", "seed", "outcome", "time", "GFLOP/s", "vs dense", "error");
        foreach (var c in cells)
        {
            table.AddRow([
                Units.Text($"{c.CellId}"), c.Variant.EscapeMarkup(), c.Backend, Units.Text($"{c.N}"), Units.Text($"{c.D}"), Units.Text($"{c.Sigma}"), Units.Text($"{c.Seed}"), c.Outcome,
                c.TimeMedianUs is { } us ? Units.Text($"{Units.Number(us)} us") : "-", Units.Number(c.Gflops), Units.Number(c.SpeedupVsDense), Units.Number(c.RelError),
            ]);
        }

        console.Write(table);
    }
}
