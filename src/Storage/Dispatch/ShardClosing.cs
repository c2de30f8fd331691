using AttnSweep.Protocol;
using AttnSweep.Scheduling;
using AttnSweep.Storage.Sql;

namespace AttnSweep.Storage.Dispatch;

/// <summary>What happens to a shard when its holder gives it up. Each method runs inside one ledger transaction.</summary>
internal static class ShardClosing
{
    private static readonly string LeaveLease = SqlFiles.Statement("leave_lease");
    private static readonly string EndAttempt = SqlFiles.Statement("end_attempt");
    private static readonly string LockLease = SqlFiles.Statement("lock_lease");
    private static readonly string CountCellFailure = SqlFiles.Statement("count_cell_failure");
    private static readonly string CountShardFailure = SqlFiles.Statement("count_shard_failure");
    private static readonly string NoteFailedPlace = SqlFiles.Statement("note_failed_place");
    private static readonly string SetAside = SqlFiles.Statement("set_aside");

    public static async Task<bool> ReturnAsync(LedgerTransaction statements, DispatchProtocol.ReturnShard returned)
    {
        var lease = returned.Lease;
        if (await statements.ScalarAsync<long?>(LockLease, new { lease.ShardId, lease.Attempt, returned.Worker }) is not { } runId)
        {
            return false;
        }

        if (returned.Ending is AttemptEnding.Crashed or AttemptEnding.TimedOut)
        {
            await CountFailureAsync(statements, returned, runId);
        }

        await CloseAsync(statements, lease, returned.Ending, returned.CellId, Clean(returned.Detail));
        return true;
    }

    private static async Task CountFailureAsync(LedgerTransaction statements, DispatchProtocol.ReturnShard returned, long runId)
    {
        var lease = returned.Lease;
        var ending = returned.Ending.Name();
        var detail = Clean(returned.Detail) is { Length: > 0 } words ? words : $"the runner {ending} without a word";
        var ofCell = returned.CellId is { } cellId
            ? await statements.ScalarAsync<int?>(CountCellFailure, new { lease.ShardId, cellId, detail })
            : null;

        // A cell that is not of this shard tells nothing: the failure is the shard's.
        var failures = ofCell ?? await statements.ScalarAsync<int>(CountShardFailure, new { lease.ShardId });
        if (RetryRule.Decide(failures) == AfterFailure.TryElsewhere)
        {
            await statements.ExecuteAsync(NoteFailedPlace, new { lease.ShardId, place = $"{returned.Worker}/{returned.DeviceId}" });
            return;
        }

        var setAside = await statements.QueryAsync<long>(SetAside, new
        {
            lease.ShardId,
            lease.Attempt,
            outcome = ending,
            detail = $"{failures} attempts {ending}; the last: {detail}",
            cellId = ofCell is null ? null : returned.CellId,
        });
        foreach (var cell in setAside)
        {
            await statements.TellAsync("set-aside", runId, $"{ending} {failures} times: {detail}", lease.ShardId, cell, returned.Worker);
        }
    }

    private static async Task CloseAsync(LedgerTransaction statements, Lease lease, AttemptEnding ending, long? cellId, string? detail)
    {
        await statements.ExecuteAsync(LeaveLease, new { lease.ShardId, lease.Attempt });
        await statements.ExecuteAsync(EndAttempt, new { lease.ShardId, lease.Attempt, ending = ending.Name(), cellId, detail });
    }

    /// <summary>PostgreSQL's text cannot hold NUL, which a dying driver may well print.</summary>
    private static string? Clean(string? detail) => detail?.Replace("\0", "", StringComparison.Ordinal);
}
