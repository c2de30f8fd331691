using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Protocol;
using Npgsql;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Clustering.Tests.Conversations;

/// <summary>What the coordinator answers, over real remoting and from a real store. The limit on each test only keeps a hang from hanging the suite.</summary>
[Trait("Category", "slow")]
public sealed class CoordinatorTests(CoordinatorFixture cluster) : IClassFixture<CoordinatorFixture>
{
    private const int HangGuard = 120_000;

    [Fact(Timeout = HangGuard)]
    public async Task A_worker_that_introduces_itself_is_welcomed_with_the_pace_of_its_leases()
    {
        var welcomed = await cluster.Speak().AskAsync<Welcomed>(Introduction("welcomed"));
        Assert.True(welcomed.Epoch > 0);
        Assert.Equal((cluster.Timings.LeaseDuration, cluster.Timings.RenewEvery), (welcomed.LeaseDuration, welcomed.RenewEvery));
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM nodes WHERE worker = 'welcomed'"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_worker_that_nobody_knows_is_asked_to_introduce_itself() =>
        await cluster.Speak().AskAsync<IntroductionNeeded>(new RequestShard("stranger", "1", Examples.Device));

    [Fact(Timeout = HangGuard)]
    public async Task Another_version_is_turned_away_and_not_welcomed()
    {
        var turned = await cluster.Speak().AskAsync<TurnedAway>(Introduction("future") with { ProtocolVersion = 99 });
        Assert.Contains("protocol 99", turned.Reason, StringComparison.Ordinal);
        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM nodes WHERE worker = 'future'"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_older_process_of_a_name_is_turned_away_when_a_newer_comes()
    {
        var voice = cluster.Speak();
        await voice.AskAsync<Welcomed>(Introduction("twice"));
        await voice.AskAsync<Welcomed>(Introduction("twice") with { Incarnation = "newer" });
        await voice.AskAsync<TurnedAway>(new RequestShard("twice", "twice/1", Examples.Device));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_shard_is_granted_reported_and_recorded_once_and_a_stale_report_is_told_that_its_lease_is_lost()
    {
        var voice = cluster.Speak();
        await voice.AskAsync<Welcomed>(Introduction("measurer"));
        var run = await cluster.SubmitAsync();

        var work = (await voice.AskAsync<ShardGranted>(new RequestShard("measurer", "measurer/1", Examples.Device))).Work;
        Assert.Equal((run, 2, Examples.Input), (work.Lease.RunId, work.Cells.Count, work.Input));
        Assert.NotNull(work.Sparsity);

        var report = new ReportChunk(
            "measurer", "measurer/1", work.Lease, Examples.Device, 0, true, [Examples.Ok(work.Cells[0].CellId), Examples.OutOfMemory(work.Cells[1].CellId)], Examples.Sparsity);
        var lost = await voice.AskAsync<LeaseLost>(report with { Lease = work.Lease with { Attempt = work.Lease.Attempt + 7 } });
        Assert.Equal(work.Lease.Attempt + 7, lost.Lease.Attempt);
        Assert.Equal(0L, await CountAsync($"SELECT count(*) FROM v_cells WHERE run_id = {run} AND outcome = 'ok'"));

        Assert.Equal((work.Lease, 0), Acknowledged(await voice.AskAsync<ChunkRecorded>(report)));
        Assert.Equal((work.Lease, 0), Acknowledged(await voice.AskAsync<ChunkRecorded>(report)));
        Assert.Equal(1L, await CountAsync($"SELECT count(*) FROM v_cells WHERE run_id = {run} AND outcome = 'ok'"));
        Assert.Equal(1L, await CountAsync($"SELECT count(*) FROM v_cells WHERE run_id = {run} AND outcome = 'out-of-memory'"));
        await voice.AskAsync<NothingToDo>(new RequestShard("measurer", "measurer/1", Examples.Device));
        Assert.Equal(1L, await CountAsync($"SELECT count(*) FROM attempts JOIN shards USING (shard_id) WHERE run_id = {run}"));
    }

    private static (Lease, int) Acknowledged(ChunkRecorded recorded) => (recorded.Lease, recorded.Chunk);

    private static Introduce Introduction(string worker) =>
        Examples.Introduction(worker, $"{worker}/1") with { Node = Examples.Node with { Worker = worker }, Holding = [] };

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>A coordinator whose database is taken away.</summary>
[Trait("Category", "slow")]
public sealed class StoreOutageTests(CoordinatorFixture cluster) : IClassFixture<CoordinatorFixture>
{
    [Fact(Timeout = 120_000)]
    public async Task While_the_store_is_away_workers_hear_when_to_ask_again_and_nothing_that_is_not_meant_for_them()
    {
        var voice = cluster.SpeakLocally();
        await voice.AskAsync<Welcomed>(Examples.Introduction() with { Holding = [] });
        await using (var admin = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString))
        {
            await admin.OpenAsync();
            await using var drop = new NpgsqlCommand($"DROP DATABASE {new NpgsqlConnectionStringBuilder(cluster.ConnectionString).Database} WITH (FORCE)", admin);
            await drop.ExecuteNonQueryAsync();
        }

        var heard = new List<object>();
        for (var round = 0; round < 3; round++)
        {
            voice.Say(Examples.Returned());
            voice.Say(Examples.Introduction() with { Holding = [] });
            voice.Say(new RequestShard(Examples.Worker, Examples.Incarnation, Examples.Device));
            do
            {
                heard.Add(await voice.HearAsync());
            }
            while (heard[^1] is not NothingToDo);
        }

        Assert.All(heard, message => Assert.IsType<IEvent>(message, exactMatch: false));
        Assert.All(heard.OfType<NothingToDo>(), nothing => Assert.Equal(cluster.Timings.AskAgainWhenAway, nothing.AskAgainAfter));
    }
}
