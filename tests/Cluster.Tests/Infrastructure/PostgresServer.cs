using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Cluster.Tests.Infrastructure;

/// <summary>One PostgreSQL server for the tests of a class; each test takes a place of its own on it.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private PrivatePostgres? _server;

    public async ValueTask InitializeAsync() => _server = await PrivatePostgres.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            await server.DisposeAsync();
        }
    }

    internal async Task<Place> NewPlaceAsync() => new(await _server!.CreateDatabaseAsync());
}
