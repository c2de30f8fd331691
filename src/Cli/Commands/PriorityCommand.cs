using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Scheduling;

namespace AttnSweep.Cli.Commands;

/// <summary>Which run goes first.</summary>
internal static class PriorityCommand
{
    public static Command Create(Surroundings around)
    {
        var run = SharedOptions.Run();
        var priority = new Argument<int>("N") { Description = "Higher goes first; runs begin with 0" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand("priority", "Changes a run's priority", "attnsweep priority 3 10") { run, priority, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            var record = await SharedOptions.FindRunAsync(new RunStore(store), parsed.GetValue(run)!, cancellation);
            if (!await new SchedulingStore(store).SetPriorityAsync(record.RunId, parsed.GetValue(priority), cancellation))
            {
                throw new AskedWronglyException(Units.Text($"run {record.RunId} is {record.State}; only a run that is queued, running or paused has a priority to change"));
            }

            around.Out.WriteLine(Units.Text($"run {record.RunId} has priority {parsed.GetValue(priority)}"));
            return ExitCodes.Ok;
        });
        return command;
    }
}
