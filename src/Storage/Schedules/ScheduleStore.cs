using AttnSweep.Storage.Connections;

namespace AttnSweep.Storage.Schedules;

/// <summary>Schedules and their fires. Role app.</summary>
public sealed class ScheduleStore(Database database)
{
    internal Database Database { get; } = database;

    /// <summary>Adds or replaces a schedule.</summary>
    public Task<long> PutAsync(ScheduleRequest request, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<bool> RemoveAsync(string name, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<IReadOnlyList<ScheduleRecord>> ListAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The database's clock: fire times are judged by it.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Notes that fires up to this time are dealt with (never goes back).</summary>
    public Task AdvanceAsync(long scheduleId, DateTimeOffset firedUpTo, CancellationToken cancellation) => throw new NotImplementedException();
}

/// <param name="Cron">Five fields, or six with seconds.</param>
/// <param name="Zone">IANA time zone, e.g. Europe/Berlin.</param>
/// <param name="CatchUp">A fire time missed by less than this is made up for, once.</param>
public sealed record ScheduleRequest(string Name, string Cron, string Zone, string FileName, string SweepText, TimeSpan CatchUp);

/// <param name="FiredUpTo">Fires up to this time are dealt with; at creation, the time of creation.</param>
public sealed record ScheduleRecord(
    long ScheduleId, string Name, string Cron, string Zone, string FileName, string SweepText, TimeSpan CatchUp,
    DateTimeOffset FiredUpTo, long? LastRunId, string? LastRunState);
