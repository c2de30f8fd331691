using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AttnSweep.Protocol;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Sql;
using AttnSweep.Sweeps;
using Dapper;
using Npgsql;

namespace AttnSweep.Storage.Runs;

/// <summary>Runs: submitted, followed, ended. Role app.</summary>
public sealed class RunStore(Database database)
{
    private static readonly string InsertSweep = SqlFiles.Statement("insert_sweep");
    private static readonly string InsertRun = SqlFiles.Statement("insert_run");
    private static readonly string FindFiredRun = SqlFiles.Statement("find_fired_run");
    private static readonly string FindRun = SqlFiles.Statement("find_run");
    private static readonly string ListRuns = SqlFiles.Statement("list_runs");
    private static readonly string Progress = SqlFiles.Statement("run_progress");
    private static readonly string Outcomes = SqlFiles.Statement("run_outcomes");
    private static readonly string AtWork = SqlFiles.Statement("devices_at_work");
    private static readonly string PauseRun = SqlFiles.Statement("pause_run");
    private static readonly string EndLeases = SqlFiles.Statement("end_leases_of_run");
    private static readonly string MoveShards = SqlFiles.Statement("move_shards_of_run");
    private static readonly string DropRetriable = SqlFiles.Statement("drop_retriable_results");
    private static readonly string ForgiveFailures = SqlFiles.Statement("forgive_failures");
    private static readonly string RequeueMissing = SqlFiles.Statement("requeue_missing");
    private static readonly string ClosePaused = SqlFiles.Statement("close_paused_shards");
    private static readonly string CountMissing = SqlFiles.Statement("count_missing");
    private static readonly string ReopenRun = SqlFiles.Statement("reopen_run");
    private static readonly string SetLimits = SqlFiles.Statement("set_limits");
    private static readonly string ReopenFailures = SqlFiles.Statement("reopen_failures");
    private static readonly string ForgiveDevices = SqlFiles.Statement("forgive_devices");
    private static readonly string CancelRun = SqlFiles.Statement("cancel_run");
    private static readonly string CancelMissing = SqlFiles.Statement("cancel_missing_cells");

    internal Database Database { get; } = database;

    /// <summary>Writes run, sweep, inputs, shards and cells in one transaction (COPY) and notifies coordinators. State: queued.</summary>
    /// <returns>The run's id; for a scheduled request whose (schedule, fire time) already has a run, that run's id.</returns>
    /// <exception cref="ArgumentException">The plan is empty or contradicts itself; nothing was written.</exception>
    public Task<long> SubmitAsync(SweepPlan plan, RunRequest request, CancellationToken cancellation)
    {
        PlanCheck.Demand(plan);
        return Database.InTransactionAsync(async (connection, transaction) =>
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plan.Name + "\n" + request.SweepText)));
            var sweepId = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                InsertSweep, new { digest, name = plan.Name, text = request.SweepText }, transaction, cancellationToken: cancellation));
            var runId = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                InsertRun,
                new
                {
                    sweepId,
                    name = plan.Name,
                    request.FileName,
                    request.Priority,
                    request.CodeVersion,
                    request.ScheduleId,
                    request.FireTime,
                    measure = JsonSerializer.Serialize(plan.Measure, ProtocolJson.Options),
                    sparsityRows = plan.Sparsity?.Rows,
                    cellCount = (long)plan.Cells.Count,
                    estimatedSeconds = plan.Seconds,
                },
                transaction, cancellationToken: cancellation));
            if (runId is not { } id)
            {
                return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                    FindFiredRun, new { request.ScheduleId, request.FireTime }, transaction, cancellationToken: cancellation));
            }

            await connection.ExecuteAsync(new CommandDefinition(
                SetLimits, new { runId = id, request.Limits.BudgetSeconds, request.Limits.Deadline, requires = plan.Requires.ToArray() }, transaction, cancellationToken: cancellation));
            await new PlanWriter(connection, transaction, cancellation).WriteAsync(plan, id, request.Priority);
            await RunHistory.AddAsync(connection, transaction, "submitted", id, $"{plan.Cells.Count} cells in {plan.Shards.Count} shards, from {request.FileName}", cancellation);
            await RunHistory.NotifyAsync(connection, transaction, $"submitted {id}", cancellation);
            return id;
        }, cancellation);
    }

    /// <summary>By id (a number) or by name (the newest of that name).</summary>
    public Task<RunRecord?> FindAsync(string idOrName, CancellationToken cancellation)
    {
        var id = long.TryParse(idOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (long?)null;
        return Database.QueryFirstAsync<RunRecord>(FindRun, new { id, name = idOrName }, cancellation);
    }

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<RunRecord>> ListAsync(int limit, CancellationToken cancellation) =>
        Database.QueryAsync<RunRecord>(ListRuns, new { limit }, cancellation);

    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    public async Task<RunProgress> ProgressAsync(long runId, CancellationToken cancellation)
    {
        await using var connection = await Database.OpenAsync(cancellation);
        var run = await connection.QueryFirstOrDefaultAsync<ProgressRow>(new CommandDefinition(Progress, new { runId }, cancellationToken: cancellation))
            ?? throw new KeyNotFoundException($"there is no run {runId}");
        var outcomes = (await connection.QueryAsync<OutcomeRow>(new CommandDefinition(Outcomes, new { runId }, cancellationToken: cancellation))).ToList();
        var working = await connection.QueryAsync<DeviceAtWork>(new CommandDefinition(AtWork, new { runId }, cancellationToken: cancellation));
        return new RunProgress(
            run.RunId, run.State, run.Cells, outcomes.Sum(o => o.Cells), run.EstimatedSeconds, outcomes.Sum(o => o.Seconds), run.ElapsedSeconds,
            outcomes.ToDictionary(o => o.Outcome, o => o.Cells), [.. working]);
    }

    /// <summary>queued or running to paused: nothing more is granted, leases end. False when the run was in no such state.</summary>
    public Task<bool> PauseAsync(long runId, CancellationToken cancellation, string why = "nothing more is granted") => ChangeAsync(runId, async change =>
    {
        if (await change.ExecuteAsync(PauseRun) == 0)
        {
            return false;
        }

        await change.ExecuteAsync(EndLeases, "returned", "the run was paused");
        await change.ExecuteAsync(MoveShards, state: "paused");
        await change.TellAsync("paused", why);
        return true;
    }, cancellation);

    /// <summary>paused (or cancelled, or with cells that deserve another try: crashed, timed-out, cancelled, skipped) back to queued; cells with a good result keep it.</summary>
    /// <returns>Cells that are missing now, or null when the run does not exist.</returns>
    public Task<long?> ResumeAsync(long runId, CancellationToken cancellation) => ChangeAsync<long?>(runId, async change =>
    {
        if (!await change.LockAsync())
        {
            return null;
        }

        await change.ExecuteAsync(DropRetriable);
        await change.ExecuteAsync(ForgiveFailures);
        await change.ExecuteAsync(RequeueMissing);
        await change.ExecuteAsync(ClosePaused);
        var missing = await change.CountAsync(CountMissing);
        if (missing > 0 || await change.IsPausedAsync())
        {
            await change.ExecuteAsync(ReopenRun);
            await change.TellAsync("resumed", $"{missing} cells to measure");
        }

        return missing;
    }, cancellation);

    /// <summary>Failures (crashed, timed-out, out-of-memory, wrong-result, skipped) are measured again, on any device; what is ok stays. A run that had ended is queued again.</summary>
    /// <returns>Cells that had failed; 0 changes nothing.</returns>
    public Task<long> RetryAsync(long runId, CancellationToken cancellation) => ChangeAsync<long>(runId, async change =>
    {
        var failed = await change.LockAsync() ? await change.ExecuteAsync(ReopenFailures) : 0;
        if (failed > 0)
        {
            await change.ExecuteAsync(ForgiveFailures);
            await change.ExecuteAsync(ForgiveDevices);
            await change.ExecuteAsync(RequeueMissing);
            await change.ExecuteAsync(ReopenRun);
            await change.TellAsync("resumed", $"{failed} failed cells are measured again");
        }

        return failed;
    }, cancellation);

    /// <summary>Ends a run: missing cells get the outcome cancelled. False when it had already ended.</summary>
    public Task<bool> CancelAsync(long runId, CancellationToken cancellation) => ChangeAsync(runId, async change =>
    {
        if (await change.ExecuteAsync(CancelRun) == 0)
        {
            return false;
        }

        await change.ExecuteAsync(EndLeases, "cancelled", "the run was cancelled");
        await change.ExecuteAsync(MoveShards, state: "cancelled");
        var cells = await change.ExecuteAsync(CancelMissing);
        await change.TellAsync("cancelled", $"{cells} cells were not measured");
        return true;
    }, cancellation);

    private Task<T> ChangeAsync<T>(long runId, Func<RunChange, Task<T>> work, CancellationToken cancellation) =>
        Database.InTransactionAsync((connection, transaction) => work(new RunChange(connection, transaction, runId, cancellation)), cancellation);

    private sealed record ProgressRow(long RunId, string State, long Cells, double EstimatedSeconds, double ElapsedSeconds);

    private sealed record OutcomeRow(string Outcome, long Cells, double Seconds);

    /// <summary>Statements about one run in one transaction.</summary>
    private sealed class RunChange(NpgsqlConnection connection, NpgsqlTransaction transaction, long runId, CancellationToken cancellation)
    {
        public Task<int> ExecuteAsync(string sql, string? ending = null, string? detail = null, string? state = null) =>
            connection.ExecuteAsync(new CommandDefinition(sql, new { runId, ending, detail, state }, transaction, cancellationToken: cancellation));

        public Task<long> CountAsync(string sql) =>
            connection.ExecuteScalarAsync<long>(new CommandDefinition(sql, new { runId }, transaction, cancellationToken: cancellation));

        public async Task<bool> LockAsync() => await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "SELECT run_id FROM runs WHERE run_id = @runId FOR UPDATE", new { runId }, transaction, cancellationToken: cancellation)) is not null;

        public Task<bool> IsPausedAsync() => connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT state = 'paused' FROM runs WHERE run_id = @runId", new { runId }, transaction, cancellationToken: cancellation));

        public async Task TellAsync(string kind, string text)
        {
            await RunHistory.AddAsync(connection, transaction, kind, runId, text, cancellation);
            await RunHistory.NotifyAsync(connection, transaction, $"{kind} {runId}", cancellation);
        }
    }
}
