using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;
using Spectre.Console;

namespace AttnSweep.Cli.Reports;

/// <summary>The answer to a person's own query: a table, CSV or JSON.</summary>
internal static class QueryAnswer
{
    public static Task WriteAsync(Surroundings around, Database store, string query, bool csv, bool json, CancellationToken cancellation) =>
        csv ? CsvAsync(around, store, query, cancellation) : json ? JsonAsync(around, store, query, cancellation) : TableAsync(around, store, query, cancellation);

    private static Task CsvAsync(Surroundings around, Database store, string query, CancellationToken cancellation)
    {
        var first = true;
        return FreeQuery.RunAsync(
            store, query,
            columns =>
            {
                if (!first)
                {
                    around.Out.WriteLine();
                }

                first = false;
                around.Out.WriteLine(RowWriters.CsvLine(columns));
            },
            row => around.Out.WriteLine(RowWriters.CsvLine(row)), cancellation);
    }

    private static async Task JsonAsync(Surroundings around, Database store, string query, CancellationToken cancellation)
    {
        IReadOnlyList<string>? names = null;
        var rows = 0;
        await FreeQuery.RunAsync(
            store, query,
            columns =>
            {
                if (names is not null)
                {
                    around.Out.WriteLine(rows == 0 ? "[]" : "\n]");
                    throw new AskedWronglyException("--json takes one statement; the first one's rows are written, the others' are not");
                }

                names = columns;
            },
            row =>
            {
                around.Out.Write(rows++ == 0 ? "[\n" : ",\n");
                around.Out.Write(RowWriters.JsonObject(names!, row));
            },
            cancellation);
        around.Out.WriteLine(rows == 0 ? "[]" : "\n]");
    }

    private static async Task TableAsync(Surroundings around, Database store, string query, CancellationToken cancellation)
    {
        Table? table = null;
        void Flush()
        {
            if (table is { Columns.Count: > 0 })
            {
                around.Console.Write(table);
                around.Out.WriteLine($"({Units.Count(table.Rows.Count, "row")})");
            }
        }

        await FreeQuery.RunAsync(
            store, query,
            columns =>
            {
                Flush();
                table = new Table().Border(TableBorder.Simple).AddColumns([.. columns.Select(c => c.EscapeMarkup())]);
            },
            row => table!.AddRow(row.Select(v => new Text(v is null ? "" : RowWriters.Text(v)))), cancellation);
        Flush();
    }
}
