using System.Security.Cryptography;
using System.Text;
using AttnSweep.Storage.Sql;
using Dapper;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Npgsql;

namespace AttnSweep.Storage.Connections;

/// <summary>Brings a database to this program's schema: journalled, forward-only scripts under an advisory lock; views anew whenever a view's file changed.</summary>
public static class Migrator
{
    // Any number that no other program takes in this database.
    private const long AdvisoryLock = 0x41_74_74_6E_53_77;

    // UNIQUE NULLS NOT DISTINCT and a public schema that belongs to the database's owner.
    private const int OldestPostgres = 15;

    /// <returns>Names of the scripts that ran; empty when the schema was current.</returns>
    /// <exception cref="DatabaseProblemException">Unreachable, not allowed, or the schema is newer than this program.</exception>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken cancellation)
    {
        DapperSetup.Apply();
        var login = ConnectionStrings.Parse(connectionString);
        try
        {
            // The lock lives on a connection of its own for as long as DbUp works on others: two migrations at once without it fail on
            // pg_type's unique key. Not pooled: closing it must end the session, and with it the lock.
            await using var held = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(login.ConnectionString) { Pooling = false }.ConnectionString);
            await held.OpenAsync(cancellation);
            if (held.PostgreSqlVersion.Major < OldestPostgres)
            {
                throw new DatabaseProblemException(
                    $"the server runs PostgreSQL {held.PostgreSqlVersion}; AttnSweep needs {OldestPostgres} or newer");
            }

            await held.ExecuteAsync(new CommandDefinition(
                "SELECT pg_advisory_lock(@key)", new { key = AdvisoryLock }, commandTimeout: 0, cancellationToken: cancellation));

            if (SchemaVersion.WhyTooNew(await SchemaVersion.AppliedAsync(held, cancellation), SchemaVersion.Known) is { } problem)
            {
                throw new DatabaseProblemException(problem);
            }

            await RoleSetup.ApplyAsync(held, cancellation);

            var owner = ConnectionStrings.ForRole(login, DatabaseRole.Owner);
            owner.Pooling = false;
            var scripts = await Task.Run(() => RunScripts(owner.ConnectionString), cancellation);
            var views = await RecreateViewsAsync(owner.ConnectionString, anyway: scripts.Count > 0, cancellation);
            return [.. scripts, .. views];
        }
        catch (Exception failure) when (DatabaseProblems.Explain(failure, login) is { } message)
        {
            throw new DatabaseProblemException(message, failure);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new DatabaseProblemException(
                $"the user '{login.Username}' may not migrate '{login.Database}': {refused.MessageText}; "
                + "it must own the database and be allowed to create roles, or be a member of roles that exist already", refused);
        }
    }

    private static IReadOnlyList<string> RunScripts(string connectionString)
    {
        var result = DeployChanges.To
            .PostgresqlDatabase(connectionString)
            .WithScripts(SqlFiles.Folder("migrations").Select(file => new SqlScript(file.Name, file.Text)))
            .JournalToPostgresqlTable("public", "migrations")
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        return result.Successful
            ? [.. result.Scripts.Select(script => script.Name)]
            : throw (result.Error is PostgresException ? result.Error
                : new DatabaseProblemException($"the migration {result.ErrorScript?.Name} failed: {result.Error.Message}", result.Error));
    }

    private static async Task<IReadOnlyList<string>> RecreateViewsAsync(string connectionString, bool anyway, CancellationToken cancellation)
    {
        var files = SqlFiles.Folder("views");
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(f => f.Name + "\n" + f.Text)))));

        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var stored = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT digest FROM view_files", transaction: transaction, cancellationToken: cancellation));
        if (stored == digest && !anyway)
        {
            return [];
        }

        await connection.ExecuteAsync(new CommandDefinition(
            SqlFiles.Statement("drop_views"), transaction: transaction, cancellationToken: cancellation));
        foreach (var file in files)
        {
            await connection.ExecuteAsync(new CommandDefinition(file.Text, transaction: transaction, cancellationToken: cancellation));
        }

        await connection.ExecuteAsync(new CommandDefinition(
            SqlFiles.Statement("grant_views"), new { digest }, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return [.. files.Select(file => file.Name)];
    }
}
