using AttnSweep.Storage.Connections;
using Npgsql;

namespace AttnSweep.Storage.Reading;

/// <summary>A person's own query, as it stands.</summary>
public static class FreeQuery
{
    /// <summary>Runs it and hands the rows on one by one, so that any size of answer needs little memory.</summary>
    /// <param name="onColumns">Names of the columns, before the first row; once for each statement that has columns.</param>
    /// <param name="onRow">Values; null for NULL. The array is reused.</param>
    /// <exception cref="PostgresException">The server refuses the query.</exception>
    public static async Task RunAsync(
        Database database, string query, Action<IReadOnlyList<string>> onColumns, Action<object?[]> onRow, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(query, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        do
        {
            onColumns([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)]);
            var values = new object?[reader.FieldCount];
            while (await reader.ReadAsync(cancellation))
            {
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = await reader.IsDBNullAsync(i, cancellation) ? null : reader.GetValue(i);
                }

                onRow(values);
            }
        }
        while (await reader.NextResultAsync(cancellation));
    }
}
