using System.CommandLine;
using System.Text.Json;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Problems;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.Commands;

internal static class PlanCommand
{
    public static Command Create()
    {
        var file = CommonOptions.SweepFile();
        var json = CommonOptions.Json();
        var command = new Command("plan", "Works a sweep file out without running it: cells, shards, memory, time.\nExample: attnsweep plan sweeps/quick.yaml") { file, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (_, plan) = await SweepReadings.ReadAsync(parsed.GetRequiredValue(file), cancellation);
            Console.Out.Write(parsed.GetValue(json) ? Json(plan) : Words(plan));
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static string Words(SweepPlan plan)
    {
        var lines = new List<string>
        {
            $"{plan.Cells.Count} cells in {plan.Shards.Count} shards",
            $"{plan.Inputs.Count} inputs; the largest cell needs {Amounts.Bytes(plan.MemoryBytes)}; about {Amounts.Duration(plan.Seconds)} of device time",
            "",
            $"{"kernel",-28} {"backend",-10} {"cells",8} {"time",12}",
        };
        lines.AddRange(ByKernel(plan).Select(k => $"{k.Variant,-28} {k.Backend,-10} {k.Cells,8} {Amounts.Duration(k.Seconds),12}"));
        return string.Join('\n', lines) + "\n";
    }

    internal static string Json(SweepPlan plan) => JsonSerializer.Serialize(
        new
        {
            name = plan.Name,
            cells = plan.Cells.Count,
            shards = plan.Shards.Count,
            inputs = plan.Inputs.Count,
            memory_bytes = plan.MemoryBytes,
            seconds = plan.Seconds,
            kernels = ByKernel(plan).Select(k => new { variant = k.Variant, backend = k.Backend, cells = k.Cells, seconds = k.Seconds }),
        },
        JsonOutput.Options) + "\n";

    private static IEnumerable<(string Variant, string Backend, int Cells, double Seconds)> ByKernel(SweepPlan plan) => plan.Cells
        .GroupBy(c => (c.Kernel.Variant, c.Backend))
        .Select(g => (g.Key.Variant, g.Key.Backend, g.Count(), g.Sum(c => c.Seconds)));
}
