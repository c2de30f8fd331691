using System.Text.Json;
using Npgsql;

namespace AttnSweep.Cluster.Tests.Infrastructure;

/// <summary>A database and a folder of one test's own, and the commands that run on them.</summary>
internal sealed class Place : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attnsweep-cluster-").FullName;
    private readonly NpgsqlDataSource _database;

    public Place(string connectionString)
    {
        ConnectionString = connectionString;
        _database = NpgsqlDataSource.Create(connectionString);
        Environment = new Dictionary<string, string?>
        {
            ["ATTNSWEEP_DATABASE"] = connectionString,
            ["ATTNSWEEP_HOME"] = Path.Combine(_folder, "home"),
        };
    }

    public string ConnectionString { get; }

    public IReadOnlyDictionary<string, string?> Environment { get; }

    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public Attnsweep Start(params string[] arguments) => Attnsweep.Start(Environment, arguments);

    public Task<Attnsweep.Finished> RunAsync(params string[] arguments) => Attnsweep.RunAsync(Environment, arguments);

    /// <summary>The same with one more variable in the environment.</summary>
    public Task<Attnsweep.Finished> RunWithAsync(string variable, string value, params string[] arguments) =>
        Attnsweep.RunAsync(new Dictionary<string, string?>(Environment) { [variable] = value }, arguments);

    public async Task<long> PlannedCellsAsync(string sweep)
    {
        var plan = await RunAsync("plan", sweep, "--json");
        Assert.True(plan.ExitCode == 0, plan.ToString());
        return JsonDocument.Parse(plan.Output).RootElement.GetProperty("cells").GetInt64();
    }

    /// <summary>A count; 0 while the tables are not there yet.</summary>
    public async Task<long> ScalarAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        try
        {
            return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return 0;
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
