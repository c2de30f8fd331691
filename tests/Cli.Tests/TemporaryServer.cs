using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using Npgsql;
using Spectre.Console.Testing;

namespace AttnSweep.Cli.Tests;

/// <summary>A home folder for a real private server, which is stopped and removed at the end.</summary>
internal sealed class TemporaryServer : IAsyncDisposable
{
    private readonly string _outer;
    private readonly StopSignal _stop = new();

    public TemporaryServer(string? homeFolder = null)
    {
        _outer = Directory.CreateTempSubdirectory("attnsweep-server-").FullName;
        // A temporary folder is closed to the server's user; the home's own mode is the product's business.
        File.SetUnixFileMode(_outer, File.GetUnixFileMode(_outer) | UnixFileMode.OtherExecute);
        Home = new ServerHome(homeFolder ?? Path.Combine(_outer, "home"));
        Around = new Surroundings(Out, Error, new TestConsole(), TimeProvider.System, _stop);
    }

    public ServerHome Home { get; }

    public StringWriter Out { get; } = new();

    public StringWriter Error { get; } = new();

    public Surroundings Around { get; }

    public Postmaster? Running => Postmaster.Running(Home.Data);

    public Task<DatabaseAccess> OpenAsync() => OpenAsync(TestContext.Current.CancellationToken);

    public Task<DatabaseAccess> OpenAsync(CancellationToken cancellation) => DatabaseAccess.OpenPrivateAsync(Around, Home, cancellation);

    public static async Task<string?> AskAsync(DatabaseAccess access, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(access.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await new PrivateDatabase(Home, Error, TimeProvider.System).StopAsync(CancellationToken.None);
        _stop.Dispose();
        Directory.Delete(_outer, recursive: true);
    }
}
