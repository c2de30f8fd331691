using Npgsql;

namespace AttnSweep.Storage.Connections;

/// <summary>A pool of connections to one database under one of the three roles.</summary>
public sealed class Database : IAsyncDisposable
{
    /// <param name="connectionString">Npgsql form or postgresql:// URL.</param>
    /// <param name="role">Taken by SET ROLE on every connection, so that one login can serve all three.</param>
    /// <exception cref="DatabaseProblemException">The connection string cannot be understood.</exception>
    public Database(string connectionString, DatabaseRole role) => throw new NotImplementedException();

    public NpgsqlDataSource Source => throw new NotImplementedException();

    /// <summary>Opens a connection; failures become one clear line.</summary>
    /// <exception cref="DatabaseProblemException">Unreachable, refused, no such database, role missing, schema older or newer than this program.</exception>
    public Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>owner: migrations. app: coordinators and submissions. reader: people and dashboards.</summary>
public enum DatabaseRole
{
    Owner,
    App,
    Reader,
}

/// <summary>A database cannot be used; the message is one line for a person and never holds a password.</summary>
public sealed class DatabaseProblemException(string message, Exception? inner = null) : Exception(message, inner);
