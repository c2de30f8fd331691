using System.CommandLine;
using System.Text.Json;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Sweeps;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>What a sweep would cost, without a cluster or a database.</summary>
internal static class PlanCommand
{
    private static readonly JsonSerializerOptions JsonRules = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create(Surroundings around)
    {
        var file = new Argument<string>("FILE") { Description = "Sweep file" };
        var json = SharedOptions.Json("The numbers");
        var database = new Option<string?>("--database")
        {
            Description = "Estimate times by the results in this database; without it by FLOP counts",
            HelpName = "CONNECTION",
        };
        var command = new ExampledCommand("plan", "Shows the cells, memory and time that a sweep needs; starts nothing", "attnsweep plan sweeps/quick.yaml --json\nattnsweep plan sweeps/night.yaml --database postgresql://lab-1/attnsweep") { file, json, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            var source = await SweepSource.ReadAsync(parsed.GetValue(file)!, cancellation);
            if (parsed.GetValue(database) is { } named)
            {
                await using var access = await DatabaseAccess.OpenAsync(around, named, cancellation);
                await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
                source = await source.WithCostsAsync(store, cancellation);
            }

            var summary = PlanSummary.Of(source.Plan);
            if (parsed.GetValue(json))
            {
                around.Out.WriteLine(JsonSerializer.Serialize(summary, JsonRules));
            }
            else
            {
                Write(around, summary);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    internal static void Write(Surroundings around, PlanSummary plan)
    {
        around.Out.WriteLine(Units.Text($"{plan.Cells} cells in {plan.Shards} shards"));
        around.Out.WriteLine(Units.Text($"{plan.Inputs} inputs; the largest cell needs {Units.Bytes(plan.MemoryBytes)}; about {Units.Duration(plan.Seconds)} of device time"));
        var table = new Table().Border(TableBorder.Simple).AddColumns("kernel", "backend").AddColumn(new TableColumn("cells").RightAligned()).AddColumn(new TableColumn("time").RightAligned());
        foreach (var kernel in plan.Kernels)
        {
            table.AddRow(new Text(kernel.Kernel), new Text(kernel.Backend), new Text(Units.Text($"{kernel.Cells}")), new Text(Units.Duration(kernel.Seconds)));
        }

        around.Console.Write(table);
    }
}

/// <summary>The numbers of a plan, as --json has them.</summary>
internal sealed record PlanSummary(string Name, int Cells, int Shards, int Inputs, long MemoryBytes, double Seconds, IReadOnlyList<PlannedKernel> Kernels)
{
    public static PlanSummary Of(SweepPlan plan) => new(
        plan.Name, plan.Cells.Count, plan.Shards.Count, plan.Inputs.Count, plan.MemoryBytes, plan.Seconds,
        [.. plan.Cells.GroupBy(c => (c.Kernel.Variant, c.Backend)).Select(g => new PlannedKernel(g.Key.Variant, g.Key.Backend, g.Count(), g.Sum(c => c.Seconds)))]);
}

internal sealed record PlannedKernel(string Kernel, string Backend, int Cells, double Seconds);
