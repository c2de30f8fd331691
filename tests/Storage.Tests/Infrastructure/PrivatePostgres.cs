using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace AttnSweep.Tests.Infrastructure;

/// <summary>
/// A PostgreSQL server of the tests' own: a data directory under the temporary folder, a free loopback port, no durability; stopped and
/// removed at the end. ATTNSWEEP_TEST_DATABASE (a login that may create databases and roles) is used instead where it is set.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly string? _programs;
    private readonly string? _directory;
    private int _databases;

    private PrivatePostgres(string connectionString, string? programs, string? directory)
    {
        ConnectionString = connectionString;
        _programs = programs;
        _directory = directory;
    }

    /// <summary>Of a login that may do everything, to the maintenance database.</summary>
    public string ConnectionString { get; }

    /// <exception cref="InvalidOperationException">There is no PostgreSQL here: a failure, because a silent skip would count as green.</exception>
    public static async Task<PrivatePostgres> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("ATTNSWEEP_TEST_DATABASE") is { Length: > 0 } given)
        {
            return new PrivatePostgres(given, null, null);
        }

        var programs = FindPrograms()
            ?? throw new InvalidOperationException("no PostgreSQL server programs found (initdb, pg_ctl); install postgresql or set ATTNSWEEP_TEST_DATABASE");
        var directory = Directory.CreateTempSubdirectory("attnsweep-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            // The server refuses root; the temporary folder belongs to us, so it is given to the user that the package made.
            await RunAsync("chown", "postgres", directory);
        }

        var port = FreePort();
        var data = Path.Combine(directory, "data");
        await RunServerProgramAsync(programs, "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C");
        await RunServerProgramAsync(
            programs, "pg_ctl", "-w", "-D", data, "-l", Path.Combine(directory, "log"), "-o",
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={directory} -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c shared_buffers=64MB -c max_connections=100",
            "start");
        return new PrivatePostgres($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres", programs, directory);
    }

    /// <summary>A new empty database, or a copy of <paramref name="template"/>.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = $"attnsweep_test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name}" + (template is null ? "" : $" TEMPLATE {template}"));
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    public Task DropDatabaseAsync(string connectionString) =>
        ExecuteAsync($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    public async ValueTask DisposeAsync()
    {
        if (_programs is not null && _directory is not null)
        {
            await RunServerProgramAsync(_programs, "pg_ctl", "-D", Path.Combine(_directory, "data"), "-m", "immediate", "-w", "stop");
            Directory.Delete(_directory, recursive: true);
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string? FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var candidates = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0).Select(d => Path.Combine(d, "bin"))
            : [];
        return candidates
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task RunServerProgramAsync(string programs, string program, params string[] arguments)
    {
        var path = Path.Combine(programs, program);
        return Environment.IsPrivilegedProcess ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // pg_ctl's server inherits the output pipes and would keep them open, so output goes to a file of the shell's.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        var log = Path.GetTempFileName();
        foreach (var argument in (string[])["-c", "exec \"$@\" >\"$LOG\" 2>&1 </dev/null", "sh", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LOG"] = log;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        await process.WaitForExitAsync();
        var output = await File.ReadAllTextAsync(log);
        File.Delete(log);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
        }
    }
}
