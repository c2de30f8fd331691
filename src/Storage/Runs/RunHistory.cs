using AttnSweep.Storage.Sql;
using Dapper;
using Npgsql;

namespace AttnSweep.Storage.Runs;

/// <summary>Notes what happened, and wakes coordinators, in the transaction that did it.</summary>
internal static class RunHistory
{
    private static readonly string InsertEvent = SqlFiles.Statement("insert_event");
    private static readonly string Notify = SqlFiles.Statement("notify");

    public static Task AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string kind, long? runId, string text, CancellationToken cancellation,
        long? shardId = null, long? cellId = null, string? worker = null) =>
        connection.ExecuteAsync(new CommandDefinition(
            InsertEvent, new { kind, runId, shardId, cellId, worker, text }, transaction, cancellationToken: cancellation));

    public static Task NotifyAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string payload, CancellationToken cancellation) =>
        connection.ExecuteAsync(new CommandDefinition(Notify, new { payload }, transaction, cancellationToken: cancellation));
}
