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
        var database = SharedOptions.Database();
        var command = new ExampledCommand(name, "Prints the summary of a run, or its cells", $"attnsweep {name} quick\nattnsweep {name} 3 --cells") { run, cells, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            var runs = new RunStore(store);
            var reader = new ReportReader(store);
            var record = await SharedOptions.FindRunAsync(runs, parsed.GetValue(run)!, cancellation);
            if (parsed.GetValue(cells))
            {
                WriteCells(around.Console, await reader.CellsAsync(record.RunId, cancellation));
                return ExitCodes.Ok;
            }

            var report = await RunReport.ReadAsync(runs, reader, record, cancellation);
            report.Write(around.Console);
            return report.Outcomes.Count == 0 ? ExitCodes.Ok : ExitCodes.BadNews;
        });
        return command;
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
