namespace AttnSweep.Storage.Connections;

/// <summary>Brings a database to this program's schema: journalled, forward-only scripts under an advisory lock; views anew each time.</summary>
public static class Migrator
{
    /// <returns>Names of the scripts that ran; empty when the schema was current.</returns>
    /// <exception cref="DatabaseProblemException">Unreachable, not allowed, or the schema is newer than this program.</exception>
    public static Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken cancellation) => throw new NotImplementedException();
}
