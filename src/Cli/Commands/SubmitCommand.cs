using System.CommandLine;
using AttnSweep.Cli.Launching;
using AttnSweep.Cli.Problems;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

internal static class SubmitCommand
{
    public static Command Create()
    {
        var file = CommonOptions.SweepFile();
        var database = CommonOptions.Database();
        var priority = new Option<int>("--priority") { Description = "Higher first", DefaultValueFactory = _ => 0 };
        var command = new Command("submit", "Queues a run of a sweep file; the cluster on that database measures it.\nExample: attnsweep submit sweeps/night.yaml --priority 5")
        {
            file, database, priority,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(file);
            var (text, plan) = await SweepReadings.ReadAsync(path, cancellation);
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            var run = await new RunStore(store).SubmitAsync(plan, new RunRequest(path.ToString(), text, ThisProgram.Version, parsed.GetValue(priority)), cancellation);
            Console.WriteLine($"run {run} ({plan.Name}): {plan.Cells.Count} cells in {plan.Shards.Count} shards queued; follow it with: attnsweep status {run}");
            return ExitCodes.Ok;
        });
        return command;
    }
}
