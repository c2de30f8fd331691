using AttnSweep.Storage.Sql;
using Dapper;
using Npgsql;

namespace AttnSweep.Storage.Connections;

/// <summary>Compares the database's journal of migrations with the scripts in this program.</summary>
internal static class SchemaVersion
{
    /// <exception cref="DatabaseProblemException">The schema is missing, older or newer.</exception>
    public static async Task DemandCurrentAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (WhyNot(await AppliedAsync(connection, cancellation), Known) is { } problem)
        {
            throw new DatabaseProblemException(problem);
        }
    }

    public static IReadOnlyList<string> Known { get; } = [.. SqlFiles.Folder("migrations").Select(file => file.Name)];

    /// <summary>Scripts that the database has; empty where there is no journal.</summary>
    public static async Task<IReadOnlyList<string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var exists = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT to_regclass('public.migrations') IS NOT NULL", cancellationToken: cancellation));
        return exists
            ? [.. await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT scriptname FROM public.migrations ORDER BY scriptname", cancellationToken: cancellation))]
            : [];
    }

    /// <summary>Why this program cannot use a database with these scripts, or null. Pure.</summary>
    public static string? WhyNot(IReadOnlyList<string> applied, IReadOnlyList<string> known)
    {
        if (WhyTooNew(applied, known) is { } tooNew)
        {
            return tooNew;
        }

        var missing = known.Except(applied).ToList();
        return applied.Count == 0 ? "the database has no AttnSweep schema yet; run `attnsweep migrate`"
            : missing.Count > 0 ? $"the database's schema is older than this program (it lacks {missing[0]}); run `attnsweep migrate`"
            : null;
    }

    public static string? WhyTooNew(IReadOnlyList<string> applied, IReadOnlyList<string> known) =>
        applied.Except(known).LastOrDefault() is { } unknown
            ? $"the database's schema is newer than this program (it has {unknown}); use a newer attnsweep"
            : null;
}
