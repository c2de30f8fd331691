using System.CommandLine;
using System.Diagnostics;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Problems;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;

namespace AttnSweep.Cli.Commands;

internal static class SqlCommand
{
    public static Command Create()
    {
        var query = new Argument<string?>("QUERY") { Description = "One SELECT; psql opens when it is left out", Arity = ArgumentArity.ZeroOrOne };
        var (database, json) = (CommonOptions.Database(), CommonOptions.Json());
        var csv = new Option<bool>("--csv") { Description = "Print CSV for scripts" };
        var command = new Command("sql", "Asks the store, under the read-only role. Views: v_cells, v_sparsity, v_runs, v_workers, … (docs/schema.md).\nExample: attnsweep sql \"select kernel, avg(speedup_vs_dense) from v_cells group by kernel\"")
        {
            query, csv, json, database,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(csv) && parsed.GetValue(json))
            {
                throw new UserProblemException("--csv and --json exclude each other");
            }

            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            if (parsed.GetValue(query) is not { } text)
            {
                return await OpenPsqlAsync(lease.ConnectionString, cancellation);
            }

            await using var store = new Database(lease.ConnectionString, DatabaseRole.Reader);
            var reader = new ReadOnlyQuery(store);
            using var writer = Writer(parsed.GetValue(csv), parsed.GetValue(json));
            await reader.RunAsync(text, writer.Begin, writer.Row, cancellation);
            writer.End();
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ITableWriter Writer(bool csv, bool json) =>
        csv ? new CsvWriter(new StreamWriter(Console.OpenStandardOutput()))
        : json ? new JsonRowsWriter(new StreamWriter(Console.OpenStandardOutput()))
        : new ScreenTableWriter(Screen.Out);

    private static async Task<int> OpenPsqlAsync(string connectionString, CancellationToken cancellation)
    {
        if (Psql.Find() is not { } program)
        {
            throw new UserProblemException("psql is not installed; give the query as an argument: attnsweep sql \"select …\"");
        }

        using var psql = Process.Start(Psql.StartInfo(program, connectionString)) ?? throw new SystemProblemException($"{program} did not start");
        await psql.WaitForExitAsync(cancellation);
        return psql.ExitCode == 0 ? ExitCodes.Ok : ExitCodes.BadNews;
    }
}
