using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Storage.Sql;

namespace AttnSweep.Storage.Dispatch;

/// <summary>Reports of many shards through the gate and into the tables, inside one ledger transaction.</summary>
internal static class ShardRecording
{
    private static readonly string PassGate = SqlFiles.Statement("pass_gate");
    private static readonly string WhoHolds = SqlFiles.Statement("who_holds");

    /// <param name="chunks">Of different shards.</param>
    /// <returns>In the order of the chunks.</returns>
    public static async Task<IReadOnlyList<RecordVerdict>> RecordAsync(LedgerTransaction statements, IReadOnlyList<DispatchProtocol.ReportChunk> chunks)
    {
        var results = chunks.SelectMany(chunk => chunk.Results.Select(result => (chunk.Lease.ShardId, result.CellId))).ToList();
        var passed = (await statements.QueryAsync<PassedRow>(PassGate, new
        {
            shardIds = chunks.Select(c => c.Lease.ShardId).ToArray(),
            attempts = chunks.Select(c => c.Lease.Attempt).ToArray(),
            workers = chunks.Select(c => c.Worker).ToArray(),
            chunks = chunks.Select(c => c.Chunk).ToArray(),
            finals = chunks.Select(c => c.Final).ToArray(),
            resultShards = results.Select(r => r.ShardId).ToArray(),
            resultCells = results.Select(r => r.CellId).ToArray(),
        })).ToDictionary(row => row.ShardId);

        var inside = chunks.Where(chunk => passed.ContainsKey(chunk.Lease.ShardId)).ToList();
        await statements.Results.WriteAsync([.. inside.SelectMany(chunk => Accepted(chunk, passed[chunk.Lease.ShardId]))]);
        await statements.Results.WriteSparsityAsync(
        [
            .. inside.Where(chunk => chunk.Sparsity is not null && passed[chunk.Lease.ShardId].WantsSparsity)
                .Select(chunk => new InputSparsity(passed[chunk.Lease.ShardId].InputId, chunk.Lease, chunk.Sparsity!))
                .DistinctBy(measured => measured.InputId),
        ]);
        return await JudgeAsync(statements, chunks, passed);
    }

    /// <summary>Each accepted cell once, whatever the report repeats: one that was set aside meanwhile keeps its story.</summary>
    private static IEnumerable<AttemptResult> Accepted(DispatchProtocol.ReportChunk chunk, PassedRow passed)
    {
        var accepted = ((long[])passed.Accepted).ToHashSet();
        return chunk.Results.Where(result => accepted.Remove(result.CellId)).Select(result => new AttemptResult(result, chunk.Lease.Attempt));
    }

    private static async Task<IReadOnlyList<RecordVerdict>> JudgeAsync(
        LedgerTransaction statements, IReadOnlyList<DispatchProtocol.ReportChunk> chunks, Dictionary<long, PassedRow> passed)
    {
        var outside = chunks.Where(chunk => !passed.ContainsKey(chunk.Lease.ShardId)).Select(chunk => chunk.Lease.ShardId).ToArray();
        var holders = outside.Length == 0
            ? []
            : (await statements.QueryAsync<HolderRow>(WhoHolds, new { shardIds = outside })).ToDictionary(holder => holder.ShardId);
        return [.. chunks.Select(chunk => passed.ContainsKey(chunk.Lease.ShardId)
            ? RecordVerdict.Recorded
            : LeaseReasons.Judge(chunk.Lease, chunk.Worker, chunk.Chunk, holders.GetValueOrDefault(chunk.Lease.ShardId)))];
    }

    /// <param name="Accepted">Cells, as bigint[]: Dapper looks for a constructor with this type.</param>
    private sealed record PassedRow(long ShardId, long InputId, Array Accepted, bool WantsSparsity);
}

/// <summary>A result with the attempt that brought it.</summary>
internal sealed record AttemptResult(CellResult Result, int Attempt);

internal sealed record InputSparsity(long InputId, Lease Lease, SparsityResult Sparsity);
