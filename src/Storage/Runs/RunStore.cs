using AttnSweep.Storage.Connections;
using AttnSweep.Sweeps;

namespace AttnSweep.Storage.Runs;

/// <summary>Runs: submitted, followed, ended. Role app.</summary>
public sealed class RunStore(Database database)
{
    internal Database Database { get; } = database;

    /// <summary>Writes run, sweep, inputs, shards and cells in one transaction (COPY) and notifies coordinators. State: queued.</summary>
    /// <returns>The run's id; for a scheduled request whose (schedule, fire time) already has a run, that run's id.</returns>
    public Task<long> SubmitAsync(SweepPlan plan, RunRequest request, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>By id (a number) or by name (the newest of that name).</summary>
    public Task<RunRecord?> FindAsync(string idOrName, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<RunRecord>> ListAsync(int limit, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<RunProgress> ProgressAsync(long runId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>queued or running to paused: nothing more is granted, leases end. False when the run was in no such state.</summary>
    public Task<bool> PauseAsync(long runId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>paused (or cancelled, or with failed cells that deserve another try: crashed, timed-out, cancelled) back to queued; cells with a good result keep it.</summary>
    /// <returns>Cells that are missing now, or null when the run does not exist.</returns>
    public Task<long?> ResumeAsync(long runId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Ends a run: missing cells get the outcome cancelled. False when it had already ended.</summary>
    public Task<bool> CancelAsync(long runId, CancellationToken cancellation) => throw new NotImplementedException();
}

/// <param name="FileName">As the user named it.</param>
/// <param name="SweepText">The file, kept with the run.</param>
/// <param name="CodeVersion">Of the submitting program.</param>
/// <param name="Priority">Higher first; default 0.</param>
/// <param name="ScheduleId">With <paramref name="FireTime"/>: the schedule that made this run.</param>
public sealed record RunRequest(string FileName, string SweepText, string CodeVersion, int Priority = 0, long? ScheduleId = null, DateTimeOffset? FireTime = null);

/// <param name="State">queued, running, paused, finished, cancelled or failed.</param>
public sealed record RunRecord(
    long RunId, string Name, string State, int Priority, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    string CodeVersion, long Cells, string SweepText);

/// <param name="EstimatedSeconds">Estimated device time of the whole run.</param>
/// <param name="DoneSeconds">Estimated device time of the cells that have a result.</param>
/// <param name="Outcomes">Cells by outcome name; those without a result are not in it.</param>
/// <param name="Working">What is on the devices now.</param>
/// <param name="ElapsedSeconds">Since the run started, on the database's clock.</param>
public sealed record RunProgress(
    long RunId, string State, long Cells, long Done, double EstimatedSeconds, double DoneSeconds, double ElapsedSeconds,
    IReadOnlyDictionary<string, long> Outcomes, IReadOnlyList<DeviceAtWork> Working);

/// <param name="Cell">Kernel variant and input in words, of the cell on the device now.</param>
/// <param name="Share">Share of the shard done, 0..1.</param>
public sealed record DeviceAtWork(string Worker, string Device, long ShardId, int Attempt, string? Cell, double Share, double LeaseSecondsLeft);
