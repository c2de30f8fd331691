using System.CommandLine;
using AttnSweep.Cli.Problems;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

/// <summary>pause, resume, cancel: one change of a run's state each.</summary>
internal static class RunStateCommands
{
    public static Command Pause() => Create(
        "pause", "Grants nothing more of a run; cells in progress are given back.\nExample: attnsweep pause 7",
        async (runs, run, cancellation) => await runs.PauseAsync(run.RunId, cancellation)
            ? $"run {run.RunId} ({run.Name}) is paused; go on with: attnsweep resume {run.RunId}"
            : throw new UserProblemException($"run {run.RunId} is {run.State}; only a queued or running one can be paused"));

    public static Command Resume() => Create(
        "resume", "Queues what a paused or cancelled run still lacks, and what crashed or timed out.\nExample: attnsweep resume 7",
        async (runs, run, cancellation) => $"run {run.RunId} ({run.Name}): {await runs.ResumeAsync(run.RunId, cancellation) ?? 0} cells to measure");

    public static Command Cancel() => Create(
        "cancel", "Ends a run; cells without a result get the outcome cancelled.\nExample: attnsweep cancel 7",
        async (runs, run, cancellation) => await runs.CancelAsync(run.RunId, cancellation)
            ? $"run {run.RunId} ({run.Name}) is cancelled"
            : throw new UserProblemException($"run {run.RunId} is {run.State}; it has already ended"));

    private static Command Create(string name, string description, Func<RunStore, RunRecord, CancellationToken, Task<string>> change)
    {
        var run = CommonOptions.Run();
        var database = CommonOptions.Database();
        var command = new Command(name, description) { run, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            var runs = new RunStore(store);
            var record = await CommonOptions.FindRunAsync(runs, parsed.GetRequiredValue(run), cancellation);
            Console.WriteLine(await change(runs, record, cancellation));
            return ExitCodes.Ok;
        });
        return command;
    }
}
