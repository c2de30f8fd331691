using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Sweeps;
using Npgsql;

namespace AttnSweep.Cli.Benchmarks;

/// <summary>
/// A cluster of real processes on a server of its own, whose devices measure nothing. The server is as durable as any other: every grant
/// and every result is on the disk before it counts.
/// </summary>
internal sealed class FabricBench : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly Surroundings _around;
    private readonly ServerHome _home;
    private readonly DatabaseAccess _access;
    private readonly Database _database;
    private readonly LocalCluster.LocalCluster _cluster;
    private readonly Task _supervision;

    private FabricBench(Surroundings around, ServerHome home, DatabaseAccess access, int workers, int devices)
    {
        _around = around;
        _home = home;
        _access = access;
        _database = new Database(access.ConnectionString, DatabaseRole.App);
        Devices = workers * devices;
        _cluster = new LocalCluster.LocalCluster(
            FabricLayout.Of(workers, devices, FreePort.Any(), home.Spool), access.ConnectionString, home.Logs, around.Time,
            line => around.Error.WriteLine($"attnsweep: {line}"));
        _supervision = _cluster.StartAsync();
    }

    public int Devices { get; }

    /// <summary>Resident memory of the coordinator, in bytes.</summary>
    public long CoordinatorBytes => _cluster.ProcessIds.TryGetValue(FabricLayout.Coordinator, out var id) ? ProcessFigures.ResidentBytes(id) : 0;

    public static async Task<FabricBench> StartAsync(Surroundings around, int workers, int devices, CancellationToken cancellation)
    {
        var home = new ServerHome(Path.Combine(ServerHome.OfThisProcess().Folder, FormattableString.Invariant($"bench-{Environment.ProcessId}")));
        Directory.CreateDirectory(Path.GetDirectoryName(home.Folder)!);
        FabricBench? bench = null;
        try
        {
            var access = await DatabaseAccess.OpenPrivateAsync(around, home, cancellation);
            bench = new FabricBench(around, home, access, workers, devices);
            await bench.WaitForAsync(bench.ScalarAsync, "SELECT count(*) FROM nodes WHERE state = 'present'", workers, cancellation);
            return bench;
        }
        catch
        {
            if (bench is not null)
            {
                await bench.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Submits a plan of empty shards, waits for its last result and tells what it took.</summary>
    public async Task<FabricRun> RunAsync(SweepPlan plan, CancellationToken cancellation)
    {
        var (run, before) = await SubmitAsync(plan, priority: 1, cancellation);
        await WaitForAsync(ScalarAsync, FormattableString.Invariant(
            $"SELECT count(*) FROM (SELECT FROM shards WHERE run_id = {run} AND state IN ('queued', 'leased', 'paused') LIMIT 1) AS unfinished"), 0, cancellation);
        var cpu = Cpu() - before;
        await using var command = _database.Source.CreateCommand(
            """
            SELECT count(*), extract(epoch FROM max(ended_at) - min(granted_at))::double precision,
                   (SELECT count(*) FROM results JOIN cells USING (cell_id) JOIN shards USING (shard_id) WHERE run_id = $1),
                   (SELECT count(*) FROM trials JOIN cells USING (cell_id) JOIN shards USING (shard_id) WHERE run_id = $1)
            FROM attempts JOIN shards USING (shard_id) WHERE run_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = run });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new FabricRun(
            plan.Name, plan.Shards.Count, row.GetInt64(0), row.GetInt64(2), row.GetInt64(3), row.GetDouble(1), plan.Measure.MinSeconds * plan.Shards.Count, Devices, cpu);
    }

    /// <summary>Submits a plan below everything else and does not wait for it.</summary>
    public async Task<long> QueueAsync(SweepPlan plan, CancellationToken cancellation) => (await SubmitAsync(plan, priority: 0, cancellation)).Run;

    public Task CancelAsync(long run, CancellationToken cancellation) => new RunStore(_database).CancelAsync(run, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAsync();
        _cluster.Kill();
        await _database.DisposeAsync();
        await _access.DisposeAsync();
        Directory.Delete(_home.Folder, recursive: true);
    }

    private async Task<(long Run, ProcessorTime Before)> SubmitAsync(SweepPlan plan, int priority, CancellationToken cancellation)
    {
        var run = await new RunStore(_database).SubmitAsync(plan, new RunRequest("bench", "made by attnsweep bench dispatch", Surroundings.CodeVersion, priority), cancellation);
        return (run, Cpu());
    }

    private ProcessorTime Cpu()
    {
        var processes = _cluster.ProcessIds;
        return new ProcessorTime(
            Postmaster.Running(_home.Data) is { } server ? ProcessFigures.CpuSecondsOfFamily(server.ProcessId) : 0,
            processes.TryGetValue(FabricLayout.Coordinator, out var coordinator) ? ProcessFigures.CpuSeconds(coordinator) : 0,
            processes.Where(p => p.Key != FabricLayout.Coordinator).Sum(p => ProcessFigures.CpuSeconds(p.Value)));
    }

    private async Task<long> ScalarAsync(string sql, CancellationToken cancellation)
    {
        await using var command = _database.Source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task WaitForAsync(Func<string, CancellationToken, Task<long>> ask, string sql, long wanted, CancellationToken cancellation)
    {
        while (await ask(sql, cancellation) != wanted)
        {
            if (_supervision.IsCompleted)
            {
                await _supervision;
            }

            await Task.Delay(Look, _around.Time, cancellation);
        }
    }
}
