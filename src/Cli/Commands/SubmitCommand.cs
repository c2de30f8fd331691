using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

/// <summary>Gives a sweep to a cluster that runs, or will run, elsewhere.</summary>
internal static class SubmitCommand
{
    public static Command Create(Surroundings around)
    {
        var file = new Argument<string>("FILE") { Description = "Sweep file" };
        var priority = new Option<int>("--priority") { Description = "Higher first" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand("submit", "Writes a sweep's cells into the database for coordinators to hand out", "attnsweep submit sweeps/quick.yaml") { file, priority, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            var source = await SweepSource.ReadAsync(parsed.GetValue(file)!, cancellation);
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            var id = await new RunStore(store).SubmitAsync(
                source.Plan, new RunRequest(source.FileName, source.Text, Surroundings.CodeVersion, parsed.GetValue(priority)), cancellation);
            around.Out.WriteLine($"run {id}: {source.Plan.Cells.Count} cells in {source.Plan.Shards.Count} shards queued");
            return ExitCodes.Ok;
        });
        return command;
    }
}
