using System.CommandLine;
using System.Diagnostics;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Cli.Reports;
using AttnSweep.Storage.Connections;
using Npgsql;

namespace AttnSweep.Cli.Commands;

/// <summary>A person's own questions, under the role that can only read.</summary>
internal static class SqlCommand
{
    public static Command Create(Surroundings around)
    {
        var query = new Argument<string?>("QUERY") { Description = "SQL; - reads it from standard input; without it, on a terminal, psql is opened", Arity = ArgumentArity.ZeroOrOne };
        var csv = new Option<bool>("--csv") { Description = "Rows as CSV with a header" };
        var json = new Option<bool>("--json") { Description = "Rows as a JSON array of objects" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand(
            "sql", "Asks the database, read-only", "attnsweep sql --csv \"SELECT variant, n, avg(speedup_vs_dense) FROM v_cells GROUP BY 1, 2\"\nattnsweep sql < sql/queries/paper_golden.sql")
        { query, csv, json, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            SharedOptions.DemandOneFormat(parsed.GetValue(csv), parsed.GetValue(json));
            var text = await StatementAsync(parsed.GetValue(query), Console.IsInputRedirected, Console.In, cancellation);
            if (text is null && (parsed.GetValue(csv) || parsed.GetValue(json)))
            {
                throw new AskedWronglyException("--csv and --json need a query: attnsweep sql --csv \"SELECT * FROM v_runs\"");
            }

            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            if (text is null)
            {
                return await OpenPsqlAsync(access.ConnectionString, around.Stop);
            }

            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            try
            {
                await QueryAnswer.WriteAsync(around, store, text, parsed.GetValue(csv), parsed.GetValue(json), cancellation);
                return ExitCodes.Ok;
            }
            catch (PostgresException wrong) when (wrong.SqlState.StartsWith("42", StringComparison.Ordinal) || wrong.SqlState.StartsWith("22", StringComparison.Ordinal))
            {
                throw new AskedWronglyException($"{wrong.MessageText}{(wrong.Position > 0 ? $" (at character {wrong.Position})" : "")}{(wrong.Hint is null ? "" : $"; {wrong.Hint}")}");
            }
        });
        return command;
    }

    /// <summary>The argument; for "-", or without one where standard input is no terminal, what stands there; null asks for psql.</summary>
    /// <exception cref="AskedWronglyException">There is no statement in it.</exception>
    internal static async Task<string?> StatementAsync(string? argument, bool inputIsRedirected, TextReader input, CancellationToken cancellation)
    {
        var text = argument is "-" || (argument is null && inputIsRedirected) ? await input.ReadToEndAsync(cancellation) : argument;
        return text is not null && text.Trim(' ', '\n', '\r', '\t', ';').Length == 0
            ? throw new AskedWronglyException("the query is empty; for example attnsweep sql \"SELECT * FROM v_runs\"")
            : text;
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
