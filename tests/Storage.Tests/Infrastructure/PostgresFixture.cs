using AttnSweep.Storage.Connections;
using AttnSweep.Tests.Infrastructure;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace AttnSweep.Tests.Infrastructure;

/// <summary>One server per test run, with one migrated database that the others are copied from.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim _copying = new(1);
    private PrivatePostgres? _server;
    private string? _template;

    public PrivatePostgres Server => _server ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _server = await PrivatePostgres.StartAsync();
        _template = await _server.CreateDatabaseAsync();
        await Migrator.MigrateAsync(_template, CancellationToken.None);
    }

    /// <summary>A fresh database with the current schema.</summary>
    public async Task<string> CreateMigratedAsync()
    {
        // CREATE DATABASE ... TEMPLATE wants its template to itself.
        await _copying.WaitAsync();
        try
        {
            return await Server.CreateDatabaseAsync(new NpgsqlConnectionStringBuilder(_template!).Database);
        }
        finally
        {
            _copying.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _copying.Dispose();
        if (_server is not null)
        {
            await _server.DropDatabaseAsync(_template!);
            await _server.DisposeAsync();
        }
    }
}
