using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Scheduling;

namespace AttnSweep.Cli.Commands;

/// <summary>Gives a sweep to a cluster that runs, or will run, elsewhere.</summary>
internal static class SubmitCommand
{
    public static Command Create(Surroundings around)
    {
        var file = new Argument<string>("FILE") { Description = "Sweep file" };
        var limits = new LimitOptions();
        var database = SharedOptions.Database();
        var command = new ExampledCommand("submit", "Writes a sweep's cells into the database for coordinators to hand out", "attnsweep submit sweeps/quick.yaml\nattnsweep submit sweeps/night.yaml --priority 5 --budget 16 --deadline 8h") { file, database };
        limits.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var chosen = limits.Limits(parsed, around.Time.GetUtcNow());
            var source = await SweepSource.ReadAsync(parsed.GetValue(file)!, cancellation);
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            source = await source.WithCostsAsync(store, cancellation);
            var id = await new RunStore(store).SubmitAsync(
                source.Plan, new RunRequest(source.FileName, source.Text, Surroundings.CodeVersion, limits.Priority(parsed)) { Limits = chosen }, cancellation);
            around.Out.WriteLine($"run {id}: {source.Plan.Cells.Count} cells in {source.Plan.Shards.Count} shards queued");
            foreach (var line in await new SchedulingStore(store).UnfitAsync(id, cancellation))
            {
                await around.Error.WriteLineAsync($"attnsweep: now, {line}");
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
