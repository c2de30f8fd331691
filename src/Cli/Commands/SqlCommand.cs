using System.CommandLine;
using System.Diagnostics;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Cli.Reports;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;
using Npgsql;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>A person's own questions, under the role that can only read.</summary>
internal static class SqlCommand
{
    public static Command Create(Surroundings around)
    {
        var query = new Argument<string?>("QUERY") { Description = "One SELECT; without it psql is opened", Arity = ArgumentArity.ZeroOrOne };
        var csv = new Option<bool>("--csv") { Description = "Rows as CSV with a header" };
        var json = new Option<bool>("--json") { Description = "Rows as a JSON array of objects" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand(
            "sql", "Asks the database, read-only", "attnsweep sql --csv \"SELECT variant, n, avg(speedup_vs_dense) FROM v_cells GROUP BY 1, 2\"")
        { query, csv, json, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            SharedOptions.DemandOneFormat(parsed.GetValue(csv), parsed.GetValue(json));
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            if (parsed.GetValue(query) is not { } text)
            {
                return await OpenPsqlAsync(access.ConnectionString, around.Stop);
            }

            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            try
            {
                await AnswerAsync(around, store, text, parsed.GetValue(csv), parsed.GetValue(json), cancellation);
                return ExitCodes.Ok;
            }
            catch (PostgresException wrong) when (wrong.SqlState.StartsWith("42", StringComparison.Ordinal) || wrong.SqlState.StartsWith("22", StringComparison.Ordinal))
            {
                throw new AskedWronglyException($"{wrong.MessageText}{(wrong.Position > 0 ? $" (at character {wrong.Position})" : "")}{(wrong.Hint is null ? "" : $"; {wrong.Hint}")}");
            }
        });
        return command;
    }

    private static async Task AnswerAsync(Surroundings around, Database store, string query, bool csv, bool json, CancellationToken cancellation)
    {
        if (csv)
        {
            await FreeQuery.RunAsync(store, query, columns => around.Out.WriteLine(RowWriters.CsvLine(columns)), row => around.Out.WriteLine(RowWriters.CsvLine(row)), cancellation);
            return;
        }

        if (json)
        {
            IReadOnlyList<string> names = [];
            var first = true;
            around.Out.Write('[');
            await FreeQuery.RunAsync(store, query, columns => names = columns, row =>
            {
                around.Out.Write(first ? "\n" : ",\n");
                around.Out.Write(RowWriters.JsonObject(names, row));
                first = false;
            }, cancellation);
            around.Out.WriteLine(first ? "]" : "\n]");
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        await FreeQuery.RunAsync(
            store, query,
            columns => table.AddColumns([.. columns.Select(c => c.EscapeMarkup())]),
            row => table.AddRow(row.Select(v => new Text(v is null ? "" : RowWriters.Text(v)))), cancellation);
        if (table.Columns.Count > 0)
        {
            around.Console.Write(table);
        }

        around.Out.WriteLine($"({table.Rows.Count} rows)");
    }

    private static async Task<int> OpenPsqlAsync(string connectionString, StopSignal stop)
    {
        var login = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo("psql");
        foreach (var (name, value) in new[]
        {
            ("PGHOST", login.Host), ("PGPORT", $"{login.Port}"), ("PGDATABASE", login.Database), ("PGUSER", login.Username), ("PGPASSWORD", login.Password),
            ("PGOPTIONS", "-c role=attnsweep_reader -c default_transaction_read_only=on"),
        })
        {
            start.Environment[name] = value;
        }

        try
        {
            // Ctrl-C ends a query in psql, not this program.
            stop.IgnoreInterrupts();
            using var psql = Process.Start(start)!;
            await psql.WaitForExitAsync(CancellationToken.None);
            return psql.ExitCode == 0 ? ExitCodes.Ok : ExitCodes.SystemFailed;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new AskedWronglyException("psql is not installed; give a query: attnsweep sql \"SELECT * FROM v_runs\"");
        }
    }
}
