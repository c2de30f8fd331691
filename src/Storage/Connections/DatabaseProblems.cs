using System.Net.Sockets;
using Npgsql;

namespace AttnSweep.Storage.Connections;

/// <summary>Turns what can go wrong with a connection into one line for a person. Pure.</summary>
internal static class DatabaseProblems
{
    /// <returns>The line, or null when the problem is not one of the connection.</returns>
    public static string? Explain(Exception problem, NpgsqlConnectionStringBuilder connection)
    {
        var where = $"{connection.Host}:{connection.Port}";
        return problem switch
        {
            PostgresException refused => Explain(refused, connection, where),
            NpgsqlException { InnerException: SocketException socket } => $"no PostgreSQL server answers at {where}: {socket.Message}",
            NpgsqlException { InnerException: TimeoutException } or TimeoutException => $"the PostgreSQL server at {where} does not answer in time",
            SocketException socket => $"no PostgreSQL server answers at {where}: {socket.Message}",
            NpgsqlException { InnerException: IOException broken } => $"the connection to PostgreSQL at {where} broke: {broken.Message}",
            NpgsqlException { InnerException: null } other => $"PostgreSQL at {where}: {other.Message}",
            _ => null,
        };
    }

    private static string? Explain(PostgresException refused, NpgsqlConnectionStringBuilder connection, string where) => refused.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"PostgreSQL at {where} refuses the user '{connection.Username}': {refused.MessageText}",
        PostgresErrorCodes.InvalidCatalogName =>
            $"PostgreSQL at {where} has no database '{connection.Database}'; create it (createdb) and run `attnsweep migrate`",
        // The role is a start-up option of the connection: an unknown one is an invalid value of the parameter "role".
        PostgresErrorCodes.InvalidParameterValue when refused.MessageText.Contains("attnsweep_", StringComparison.Ordinal) =>
            $"PostgreSQL at {where} does not have AttnSweep's roles yet; run `attnsweep migrate`",
        PostgresErrorCodes.InsufficientPrivilege when refused.MessageText.Contains("set role", StringComparison.Ordinal) =>
            $"the user '{connection.Username}' may not take AttnSweep's roles at {where}; run `attnsweep migrate` as that user, or GRANT them to it",
        PostgresErrorCodes.TooManyConnections => $"PostgreSQL at {where} has no connection left: {refused.MessageText}",
        PostgresErrorCodes.CannotConnectNow => $"PostgreSQL at {where} is not ready: {refused.MessageText}",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => $"PostgreSQL at {where} is shutting down",
        _ => null,
    };
}
