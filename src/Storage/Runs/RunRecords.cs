using AttnSweep.Storage.Scheduling;

namespace AttnSweep.Storage.Runs;

/// <param name="FileName">As the user named it.</param>
/// <param name="SweepText">The file, kept with the run.</param>
/// <param name="CodeVersion">Of the submitting program.</param>
/// <param name="Priority">Higher first; default 0.</param>
/// <param name="ScheduleId">With <paramref name="FireTime"/>: the schedule that made this run.</param>
public sealed record RunRequest(string FileName, string SweepText, string CodeVersion, int Priority = 0, long? ScheduleId = null, DateTimeOffset? FireTime = null)
{
    public RunLimits Limits { get; init; } = RunLimits.None;
}

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
