using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

/// <summary>pause, resume and cancel: a run changes its state in the database, and coordinators hear of it.</summary>
internal static class RunStateCommands
{
    public static IEnumerable<Command> Create(Surroundings around) =>
    [
        Create(around, "pause", "Grants nothing more of a run; cells in progress are measured again later", async (runs, run, cancellation) =>
            await runs.PauseAsync(run.RunId, cancellation) ? $"run {run.RunId} is paused; `attnsweep resume {run.RunId}` lets it go on" : null),
        Create(around, "resume", "Lets a paused or cancelled run go on; cells that crashed, timed out or were cancelled are tried again", async (runs, run, cancellation) =>
            await runs.ResumeAsync(run.RunId, cancellation) is { } missing
                ? missing == 0 && run.State is not "paused" ? $"run {run.RunId} is {run.State} and has no cell to measure again" : $"run {run.RunId}: {Units.Count(missing, "cell")} to measure"
                : null),
        Create(around, "cancel", "Ends a run; cells without a result get the outcome cancelled", async (runs, run, cancellation) =>
            await runs.CancelAsync(run.RunId, cancellation) ? $"run {run.RunId} is cancelled" : null),
    ];

    private static ExampledCommand Create(Surroundings around, string name, string description, Func<RunStore, RunRecord, CancellationToken, Task<string?>> change)
    {
        var run = SharedOptions.Run();
        var database = SharedOptions.Database();
        var command = new ExampledCommand(name, description, $"attnsweep {name} 3") { run, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            var runs = new RunStore(store);
            var record = await SharedOptions.FindRunAsync(runs, parsed.GetValue(run)!, cancellation);
            var done = await change(runs, record, cancellation)
                ?? throw new AskedWronglyException(record.State.StartsWith(name, StringComparison.Ordinal) ? $"run {record.RunId} is {record.State} already" : $"run {record.RunId} is {record.State}; there is nothing to {name}");
            around.Out.WriteLine(done);
            return ExitCodes.Ok;
        });
        return command;
    }
}
