using AttnSweep.Storage.Sql;
using Dapper;
using Npgsql;

namespace AttnSweep.Storage.Connections;

/// <summary>
/// The three group roles, and the migrating login's membership in them. Roles belong to the whole server while the advisory lock
/// belongs to one database, so two databases may be migrated at the same moment: creation tolerates that.
/// </summary>
internal static class RoleSetup
{
    public static async Task ApplyAsync(NpgsqlConnection login, CancellationToken cancellation)
    {
        const int Tries = 5;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await login.ExecuteAsync(new CommandDefinition(SqlFiles.Statement("prepare_roles"), cancellationToken: cancellation));
                return;
            }
            // "tuple concurrently updated": another database's migration changed the same row of a shared catalogue; the next look finds it done.
            catch (PostgresException conflict) when (attempt < Tries
                && conflict.SqlState is PostgresErrorCodes.InternalError or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateObject)
            {
            }
        }
    }
}
