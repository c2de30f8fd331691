using AttnSweep.Protocol;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Dispatch;
using AttnSweep.Storage.Nodes;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Schedules;
using Dapper;
using Npgsql;

namespace AttnSweep.Tests.Infrastructure;

/// <summary>A fresh database and everything that works on it; dropped with the test.</summary>
public sealed class Store : IAsyncDisposable
{
    public const string Worker = "lab-1";
    public const string Incarnation = "lab-1/first";
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromMinutes(5);

    private readonly PostgresFixture _fixture;

    private Store(PostgresFixture fixture, string connectionString)
    {
        _fixture = fixture;
        ConnectionString = connectionString;
        App = new Database(connectionString, DatabaseRole.App);
        Runs = new RunStore(App);
        Ledger = new ShardLedger(App);
        Nodes = new NodeStore(App);
        Schedules = new ScheduleStore(App);
    }

    public string ConnectionString { get; }

    public Database App { get; }

    public RunStore Runs { get; }

    public ShardLedger Ledger { get; }

    public NodeStore Nodes { get; }

    public ScheduleStore Schedules { get; }

    public static async Task<Store> CreateAsync(PostgresFixture fixture) => new(fixture, await fixture.CreateMigratedAsync());

    public Task<long> TakeEpochAsync() => Ledger.TakeEpochAsync("test-host", 1, "akka://test", CancellationToken.None);

    public Task<long> SubmitAsync(AttnSweep.Sweeps.SweepPlan plan) =>
        Runs.SubmitAsync(plan, new RunRequest("test.yaml", "name: test", "0.0.0"), CancellationToken.None);

    public Task<ShardWork?> GrantAsync(
        long epoch, string worker = Worker, string? incarnation = null, TimeSpan? duration = null, long? onlyRun = null,
        long memoryBytes = long.MaxValue, string backend = "cpu-simd") =>
        Ledger.GrantAsync(
            epoch, new GrantRequest(worker, incarnation ?? $"{worker}/first", backend, backend, memoryBytes), new GrantTerms(duration ?? LeaseDuration, onlyRun),
            CancellationToken.None);

    /// <summary>Grants, or fails the test where nothing was granted.</summary>
    public async Task<ShardWork> TakeAsync(long epoch, string worker = Worker, TimeSpan? duration = null) =>
        await GrantAsync(epoch, worker, duration: duration) ?? throw new Xunit.Sdk.XunitException("nothing was granted");

    public Task<RecordVerdict> RecordAsync(long epoch, DispatchProtocol.ReportChunk chunk) => Ledger.RecordAsync(epoch, chunk, CancellationToken.None);

    public Task<bool> CrashAsync(long epoch, Lease lease, long? cellId, AttemptEnding ending = AttemptEnding.Crashed) =>
        Ledger.ReturnAsync(
            epoch, new DispatchProtocol.ReturnShard(Worker, Incarnation, lease, "cpu-simd", ending, cellId, "Segmentation fault"), CancellationToken.None);

    /// <summary>Asks as the login itself, past the roles.</summary>
    public async Task<T?> AskAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        return await connection.QueryFirstOrDefaultAsync<T>(sql, parameters);
    }

    public async Task<IReadOnlyList<T>> AskAllAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        return [.. await connection.QueryAsync<T>(sql)];
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.ExecuteAsync(sql, parameters);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _fixture.Server.DropDatabaseAsync(ConnectionString);
    }
}
