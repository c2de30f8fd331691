using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Sql;
using Dapper;

namespace AttnSweep.Storage.Schedules;

/// <summary>Schedules and their fires. Role app.</summary>
public sealed class ScheduleStore(Database database)
{
    private static readonly string PutSchedule = SqlFiles.Statement("put_schedule");
    private static readonly string RemoveSchedule = SqlFiles.Statement("remove_schedule");
    private static readonly string ListSchedules = SqlFiles.Statement("list_schedules");
    private static readonly string AdvanceSchedule = SqlFiles.Statement("advance_schedule");

    internal Database Database { get; } = database;

    /// <summary>Adds or replaces a schedule. A replaced one starts afresh: earlier fire times are not caught up under the new rule.</summary>
    public async Task<long> PutAsync(ScheduleRequest request, CancellationToken cancellation)
    {
        await using var connection = await Database.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            PutSchedule,
            new { request.Name, request.Cron, request.Zone, request.FileName, request.SweepText, catchUpSeconds = request.CatchUp.TotalSeconds },
            cancellationToken: cancellation));
    }

    /// <summary>False when there is no schedule of that name. Its runs stay.</summary>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellation) =>
        await Database.ExecuteAsync(RemoveSchedule, new { name }, cancellation) > 0;

    public async Task<IReadOnlyList<ScheduleRecord>> ListAsync(CancellationToken cancellation) =>
        [.. (await Database.QueryAsync<ScheduleRow>(ListSchedules, null, cancellation)).Select(row => row.ToRecord())];

    /// <summary>The database's clock: fire times are judged by it.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) =>
        Database.QueryFirstAsync<DateTimeOffset>("SELECT now()", null, cancellation);

    /// <summary>Notes that fires up to this time are dealt with (never goes back).</summary>
    public Task AdvanceAsync(long scheduleId, DateTimeOffset firedUpTo, CancellationToken cancellation) =>
        Database.ExecuteAsync(AdvanceSchedule, new { scheduleId, firedUpTo }, cancellation);

    private sealed record ScheduleRow(
        long ScheduleId, string Name, string Cron, string Zone, string FileName, string SweepText, double CatchUpSeconds,
        DateTimeOffset FiredUpTo, long? LastRunId, string? LastRunState)
    {
        public ScheduleRecord ToRecord() => new(
            ScheduleId, Name, Cron, Zone, FileName, SweepText, TimeSpan.FromSeconds(CatchUpSeconds), FiredUpTo, LastRunId, LastRunState);
    }
}

/// <param name="Cron">Five fields, or six with seconds.</param>
/// <param name="Zone">IANA time zone, e.g. Europe/Berlin.</param>
/// <param name="CatchUp">A fire time missed by less than this is made up for, once.</param>
public sealed record ScheduleRequest(string Name, string Cron, string Zone, string FileName, string SweepText, TimeSpan CatchUp);

/// <param name="FiredUpTo">Fires up to this time are dealt with; at creation, the time of creation.</param>
public sealed record ScheduleRecord(
    long ScheduleId, string Name, string Cron, string Zone, string FileName, string SweepText, TimeSpan CatchUp,
    DateTimeOffset FiredUpTo, long? LastRunId, string? LastRunState);
