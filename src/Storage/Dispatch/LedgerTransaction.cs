using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Sql;
using Dapper;
using Npgsql;

namespace AttnSweep.Storage.Dispatch;

/// <summary>The statements of one ledger transaction.</summary>
internal sealed class LedgerTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
{
    private static readonly string CurrentEpoch = SqlFiles.Statement("current_epoch");

    public ResultWriter Results { get; } = new(connection, cancellation);

    /// <exception cref="SupersededException">A later coordinator exists.</exception>
    public async Task DemandEpochAsync(long epoch)
    {
        var current = await ScalarAsync<long?>(CurrentEpoch, null) ?? 0;
        if (current > epoch)
        {
            throw new SupersededException(epoch, current);
        }
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters) =>
        [.. await connection.QueryAsync<T>(Command(sql, parameters))];

    public Task<T?> FirstAsync<T>(string sql, object? parameters) => connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters));

    public Task<T?> ScalarAsync<T>(string sql, object? parameters) => connection.ExecuteScalarAsync<T>(Command(sql, parameters));

    public Task<int> ExecuteAsync(string sql, object? parameters) => connection.ExecuteAsync(Command(sql, parameters));

    public Task TellAsync(string kind, long runId, string text, long? shardId = null, long? cellId = null, string? worker = null) =>
        RunHistory.AddAsync(connection, transaction, kind, runId, text, cancellation, shardId, cellId, worker);

    private CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, transaction, cancellationToken: cancellation);
}
