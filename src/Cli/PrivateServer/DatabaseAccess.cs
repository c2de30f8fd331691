using AttnSweep.Cli.CommandLine;
using AttnSweep.Storage.Connections;

namespace AttnSweep.Cli.PrivateServer;

/// <summary>A database for as long as a command needs it: the one that was named, or the private server, which the last user stops.</summary>
internal sealed class DatabaseAccess : IAsyncDisposable
{
    public const string Variable = "ATTNSWEEP_DATABASE";

    private readonly PrivateDatabase? _server;
    private LockFile? _use;

    private DatabaseAccess(string connectionString, PrivateDatabase? server, LockFile? use)
    {
        ConnectionString = connectionString;
        _server = server;
        _use = use;
    }

    public string ConnectionString { get; }

    public bool IsPrivate => _server is not null;

    /// <param name="given">--database; wins over the environment.</param>
    /// <param name="migrate">Bring a named database to this program's schema too (the private one always is).</param>
    public static async Task<DatabaseAccess> OpenAsync(Surroundings around, string? given, CancellationToken cancellation, bool migrate = false)
    {
        if (given is { Length: 0 })
        {
            throw new AskedWronglyException("--database is empty; give a connection string or a postgresql:// URL, or leave it out");
        }

        if ((given ?? Environment.GetEnvironmentVariable(Variable)) is { Length: > 0 } named)
        {
            if (migrate)
            {
                await MigrateAsync(around, named, cancellation);
            }

            return new DatabaseAccess(named, null, null);
        }

        return await OpenPrivateAsync(around, ServerHome.OfThisProcess(), cancellation);
    }

    public static async Task<DatabaseAccess> OpenPrivateAsync(Surroundings around, ServerHome home, CancellationToken cancellation)
    {
        var server = new PrivateDatabase(home, around.Error, around.Time);
        server.PrepareFolder();
        var use = await LockFile.SharedAsync(server.Home.UsersLock, around.Time, cancellation);
        DatabaseAccess? access = null;
        try
        {
            using (await LockFile.ExclusiveAsync(server.Home.StartLock, around.Time, cancellation))
            {
                var port = server.Running?.Port ?? await server.StartAsync(cancellation);
                access = new DatabaseAccess(server.ConnectionString(port), server, use);
                await MigrateAsync(around, access.ConnectionString, cancellation);
            }

            return access;
        }
        catch
        {
            access ??= new DatabaseAccess("", server, use);
            await access.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is null || _use is null)
        {
            return;
        }

        _use.Dispose();
        _use = null;

        // Pooled connections must not be the reason for a slow stop.
        Npgsql.NpgsqlConnection.ClearAllPools();
        using var last = LockFile.TryExclusive(_server.Home.UsersLock);
        if (last is not null && !File.Exists(_server.Home.PinFile))
        {
            await _server.StopAsync(CancellationToken.None);
        }
    }

    private static async Task MigrateAsync(Surroundings around, string connectionString, CancellationToken cancellation)
    {
        var scripts = await Migrator.MigrateAsync(connectionString, cancellation);
        if (scripts.Count > 0)
        {
            await around.Error.WriteLineAsync($"attnsweep: the database was brought to this program's schema ({scripts.Count} scripts)");
        }
    }
}
