using AttnSweep.Storage.Connections;
using Npgsql;

namespace AttnSweep.Storage.Reading;

/// <summary>A person's SQL, under the reader role.</summary>
public sealed class ReadOnlyQuery(Database database)
{
    /// <summary>Runs one query and hands its rows over as they come; values are of PostgreSQL's types as Npgsql maps them, null for NULL.</summary>
    /// <exception cref="QueryProblemException">PostgreSQL refused the query; the message says why, with the place in the text.</exception>
    public async Task RunAsync(string sql, Action<IReadOnlyList<string>> columns, Action<IReadOnlyList<object?>> row, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            columns([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)]);
            while (await reader.ReadAsync(cancellation))
            {
                var values = new object?[reader.FieldCount];
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
                }

                row(values);
            }
        }
        catch (PostgresException problem)
        {
            var place = problem.Position > 0 ? $" at character {problem.Position}" : "";
            var hint = string.IsNullOrEmpty(problem.Hint) ? "" : $" ({problem.Hint})";
            throw new QueryProblemException($"{problem.MessageText}{place}{hint}", problem);
        }
    }

    /// <summary>The whole answer in memory, for small queries.</summary>
    public async Task<SqlTable> TableAsync(string sql, CancellationToken cancellation)
    {
        IReadOnlyList<string> names = [];
        var rows = new List<IReadOnlyList<object?>>();
        await RunAsync(sql, columns => names = columns, rows.Add, cancellation);
        return new SqlTable(names, rows);
    }
}

public sealed record SqlTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>A query was refused; the message is one line for a person.</summary>
public sealed class QueryProblemException(string message, Exception inner) : Exception(message, inner);
