using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

/// <summary>Failures again.</summary>
internal static class RetryCommand
{
    public static Command Create(Surroundings around)
    {
        var run = SharedOptions.Run();
        var database = SharedOptions.Database();
        var command = new ExampledCommand(
            "retry", "Measures a run's failures again: crashed, timed-out, out-of-memory, wrong-result, skipped; what is ok stays", "attnsweep retry 3") { run, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            var runs = new RunStore(store);
            var record = await SharedOptions.FindRunAsync(runs, parsed.GetValue(run)!, cancellation);
            var again = await runs.RetryAsync(record.RunId, cancellation);
            if (again == 0)
            {
                throw new AskedWronglyException(Units.Text($"run {record.RunId} has no failed cell; there is nothing to retry"));
            }

            around.Out.WriteLine(Units.Text($"run {record.RunId}: {Units.Count(again, "failed cell")} to measure again"));
            return ExitCodes.Ok;
        });
        return command;
    }
}
