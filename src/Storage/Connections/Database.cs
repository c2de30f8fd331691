using Dapper;
using Npgsql;

namespace AttnSweep.Storage.Connections;

/// <summary>A pool of connections to one database under one of the three roles.</summary>
public sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _builder;
    private bool _schemaChecked;

    static Database() => DapperSetup.Apply();

    /// <param name="connectionString">Npgsql form or postgresql:// URL.</param>
    /// <param name="role">Taken on every connection, so that one login can serve all three.</param>
    /// <param name="dispatches">For the coordinator, which says the same few statements thousands of times.</param>
    /// <exception cref="DatabaseProblemException">The connection string cannot be understood.</exception>
    public Database(string connectionString, DatabaseRole role, bool dispatches = false)
    {
        Role = role;
        _builder = ConnectionStrings.ForRole(ConnectionStrings.Parse(connectionString), role);
        if (dispatches)
        {
            ConnectionStrings.PlanOnce(_builder);
        }

        Source = NpgsqlDataSource.Create(_builder);
    }

    public DatabaseRole Role { get; }

    public NpgsqlDataSource Source { get; }

    /// <summary>Opens a connection; failures become one clear line.</summary>
    /// <exception cref="DatabaseProblemException">Unreachable, refused, no such database, role missing, schema older or newer than this program.</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await Source.OpenConnectionAsync(cancellation);
            if (!_schemaChecked && Role != DatabaseRole.Owner)
            {
                await SchemaVersion.DemandCurrentAsync(connection, cancellation);
                _schemaChecked = true;
            }

            var opened = connection;
            connection = null;
            return opened;
        }
        catch (Exception problem) when (DatabaseProblems.Explain(problem, _builder) is { } message)
        {
            throw new DatabaseProblemException(message, problem);
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>A connection outside the pool, for session state such as LISTEN. The caller closes it.</summary>
    internal async Task<NpgsqlConnection> OpenUnpooledAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_builder.ConnectionString) { Pooling = false, KeepAlive = 15 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch (Exception problem)
        {
            await connection.DisposeAsync();
            if (DatabaseProblems.Explain(problem, _builder) is { } message)
            {
                throw new DatabaseProblemException(message, problem);
            }

            throw;
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction. A deadlock or a serialization failure undid everything, so it is tried again;
    /// the work must therefore have no effect outside the transaction.
    /// </summary>
    internal async Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> work, CancellationToken cancellation)
    {
        const int Tries = 4;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await OpenAsync(cancellation);
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                var result = await work(connection, transaction);
                await transaction.CommitAsync(cancellation);
                return result;
            }
            catch (PostgresException conflict) when (
                attempt < Tries && conflict.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
            }
        }
    }

    internal async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        return [.. await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation))];
    }

    internal async Task<T?> QueryFirstAsync<T>(string sql, object? parameters, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
    }

    internal async Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}

/// <summary>owner: migrations. app: coordinators and submissions. reader: people and dashboards.</summary>
public enum DatabaseRole
{
    Owner,
    App,
    Reader,
}

/// <summary>A database cannot be used; the message is one line for a person and never holds a password.</summary>
public class DatabaseProblemException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The connection string itself is wrong.</summary>
public sealed class ConnectionStringProblemException(string message) : DatabaseProblemException(message);
