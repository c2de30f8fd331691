using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Storage.Sql;

namespace AttnSweep.Storage.Dispatch;

/// <summary>What happens to shards whose holder is gone. Each method runs inside one ledger transaction and returns how many shards it took back.</summary>
internal static class ShardLosses
{
    private static readonly string RequeueExpired = SqlFiles.Statement("requeue_expired");
    private static readonly string RequeueOfWorker = SqlFiles.Statement("requeue_of_worker");
    private static readonly string SplitShard = SqlFiles.Statement("split_shard");
    private static readonly string TakeIds = SqlFiles.Statement("take_ids");
    private static readonly string SetAside = SqlFiles.Statement("set_aside");
    private static readonly string CloseQueuedShard = SqlFiles.Statement("close_queued_shard");

    public static async Task<int> ExpiredAsync(LedgerTransaction statements, IReadOnlyCollection<string> present) =>
        await JudgeAsync(statements, await statements.QueryAsync<LostRow>(RequeueExpired, new { present = present.ToArray(), detail = "the lease expired" }));

    public static async Task<int> VanishedAsync(LedgerTransaction statements, string worker, string incarnation) =>
        await JudgeAsync(statements, await statements.QueryAsync<LostRow>(RequeueOfWorker, new
        {
            worker,
            incarnation,
            ending = AttemptEnding.Lost.Name(),
            detail = "the worker vanished",
            counts = true,
        }));

    public static async Task<int> FarewellAsync(LedgerTransaction statements, string worker, string incarnation) =>
        (await statements.QueryAsync<LostRow>(RequeueOfWorker, new
        {
            worker,
            incarnation,
            ending = AttemptEnding.Returned.Name(),
            detail = "the worker ended in good order",
            counts = false,
        })).Count;

    private static async Task<int> JudgeAsync(LedgerTransaction statements, IReadOnlyList<LostRow> lost)
    {
        foreach (var shard in lost.Where(shard => shard.Counted))
        {
            switch (LossRule.Decide(shard.Failures, shard.Missing))
            {
                case AfterLoss.Split:
                    await SplitAsync(statements, shard);
                    break;
                case AfterLoss.SetAside:
                    await SetAsideAsync(statements, shard);
                    break;
            }
        }

        return lost.Count;
    }

    private static async Task SplitAsync(LedgerTransaction statements, LostRow shard)
    {
        var firstId = await statements.ScalarAsync<long>(TakeIds, new { name = "shard", count = (long)shard.Missing - 1 });
        await statements.ExecuteAsync(SplitShard, new { shard.ShardId, firstId });
        await statements.TellAsync(
            "shard-split", shard.RunId, $"lost with its worker {shard.Failures} times: each of its {shard.Missing} cells goes on alone", shard.ShardId, null, shard.Worker);
    }

    private static async Task SetAsideAsync(LedgerTransaction statements, LostRow shard)
    {
        var outcome = Outcome.Crashed.Name();
        var detail = $"alone in its shard it lost its worker {shard.Failures} times, the last time {shard.Worker}: it ends the whole worker, or its machine";
        foreach (var cell in await statements.QueryAsync<long>(SetAside, new { shard.ShardId, shard.Attempt, outcome, detail, cellId = (long?)null }))
        {
            await statements.TellAsync("set-aside", shard.RunId, detail, shard.ShardId, cell, shard.Worker);
        }

        await statements.ExecuteAsync(CloseQueuedShard, new { shard.ShardId });
    }

    private sealed record LostRow(long ShardId, long RunId, int Attempt, string Worker, bool Counted, int Failures, int Missing);
}
