using System.CommandLine;
using AttnSweep.Cli.Problems;
using AttnSweep.Cli.Reports;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

internal static class ResultsCommand
{
    public static Command Create()
    {
        var (run, database) = (CommonOptions.Run(), CommonOptions.Database());
        var command = new Command("results", "Prints a run's summary: environment, speed-up and error by shape, sparsity beside theory, failures.\nExample: attnsweep results quick") { run, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            var record = await CommonOptions.FindRunAsync(new RunStore(store), parsed.GetRequiredValue(run), cancellation);
            await using var readable = new Database(lease.ConnectionString, DatabaseRole.Reader);
            await Summary.PrintAsync(record, new RunStore(store), new RunReader(readable), cancellation);
            return ExitCodes.Ok;
        });
        return command;
    }
}
