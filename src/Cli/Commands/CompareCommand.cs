using System.CommandLine;
using System.Text.Json;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Problems;
using AttnSweep.Cli.Reports;
using AttnSweep.Statistics;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

internal static class CompareCommand
{
    public static Command Create()
    {
        var a = new Argument<string>("A") { Description = "The run to compare with (number or name)" };
        var b = new Argument<string>("B") { Description = "The run to judge (number or name)" };
        var (database, json) = (CommonOptions.Database(), CommonOptions.Json());
        var floor = new Option<double>("--noise-floor") { Description = "Ratio by which two runs of the same code differ on this machine", DefaultValueFactory = _ => 0.01 };
        var command = new Command("compare", "Compares the times of two runs cell by cell: SAME, FASTER, SLOWER, AMBIGUOUS, NODATA. Exit code 1 when a cell is SLOWER.\nExample: attnsweep compare 6 7")
        {
            a, b, floor, json, database,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            var runs = new RunStore(store);
            var left = await CommonOptions.FindRunAsync(runs, parsed.GetRequiredValue(a), cancellation);
            var right = await CommonOptions.FindRunAsync(runs, parsed.GetRequiredValue(b), cancellation);
            await using var readable = new Database(lease.ConnectionString, DatabaseRole.Reader);
            var reader = new RunReader(readable);
            var compared = ComparedCells.Of(
                await reader.SamplesAsync(left.RunId, cancellation), await reader.SamplesAsync(right.RunId, cancellation),
                new ComparisonRules(NoiseFloor: parsed.GetValue(floor)));
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(compared.Select(c => new
                {
                    c.Kernel,
                    c.Comparison.Key,
                    c.Comparison.CellA,
                    c.Comparison.CellB,
                    c.Comparison.Ratio,
                    c.Comparison.Low,
                    c.Comparison.High,
                    verdict = c.Comparison.Verdict.Name(),
                    c.Comparison.Why,
                }), JsonOutput.Options));
            }
            else
            {
                ComparisonReport.Print(Screen.Out, left, right, compared);
            }

            return compared.Any(c => c.Comparison.Verdict == CellVerdict.Slower) ? ExitCodes.BadNews : ExitCodes.Ok;
        });
        return command;
    }
}
