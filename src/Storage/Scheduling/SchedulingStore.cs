using AttnSweep.Results;
using AttnSweep.Scheduling;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Sql;
using Dapper;

namespace AttnSweep.Storage.Scheduling;

/// <summary>What people and the coordinator decide about runs and devices beside single shards. Role app; what only reads, any role.</summary>
public sealed class SchedulingStore(Database database)
{
    private static readonly string SetPriority = SqlFiles.Statement("set_priority");
    private static readonly string SetPriorityOfShards = SqlFiles.Statement("set_priority_of_shards");
    private static readonly string RunsWithLimits = SqlFiles.Statement("runs_with_limits");
    private static readonly string SetDraining = SqlFiles.Statement("set_draining");
    private static readonly string ReleaseDevice = SqlFiles.Statement("release_device");
    private static readonly string DeviceRecords = SqlFiles.Statement("device_records");
    private static readonly string QuarantineDevice = SqlFiles.Statement("quarantine_device");
    private static readonly string ClusterDevices = SqlFiles.Statement("cluster_devices");
    private static readonly string CellStory = SqlFiles.Statement("cell_story");
    private static readonly string CellAttempts = SqlFiles.Statement("cell_attempts");
    private static readonly string WorkOfRun = SqlFiles.Statement("work_of_run");
    private static readonly string DevicesPresent = SqlFiles.Statement("devices_present");
    private static readonly string ForgiveLonelyShards = SqlFiles.Statement("forgive_lonely_shards");
    private static readonly string KnownLimits = SqlFiles.Statement("known_limits");
    private static readonly string KindsOfQueuedCells = SqlFiles.Statement("kinds_of_queued_cells");
    private static readonly string ClassesPresent = SqlFiles.Statement("classes_present");
    private static readonly string SkipKind = SqlFiles.Statement("skip_kind");
    private static readonly string UnfitCells = SqlFiles.Statement("unfit_cells");

    /// <summary>False when the run has ended.</summary>
    public Task<bool> SetPriorityAsync(long runId, int priority, CancellationToken cancellation) =>
        database.InTransactionAsync(async (connection, transaction) =>
        {
            if (await connection.ExecuteAsync(new CommandDefinition(SetPriority, new { runId, priority }, transaction, cancellationToken: cancellation)) == 0)
            {
                return false;
            }

            await connection.ExecuteAsync(new CommandDefinition(SetPriorityOfShards, new { runId, priority }, transaction, cancellationToken: cancellation));
            await RunHistory.AddAsync(connection, transaction, "priority", runId, FormattableString.Invariant($"its priority is {priority} now"), cancellation);
            await RunHistory.NotifyAsync(connection, transaction, FormattableString.Invariant($"priority {runId}"), cancellation);
            return true;
        }, cancellation);

    /// <summary>Runs that <see cref="BudgetRule"/> gives nothing more, with the reason.</summary>
    public async Task<IReadOnlyList<(long RunId, string Why)>> OverLimitsAsync(CancellationToken cancellation) =>
        [.. (await database.QueryAsync<LimitRow>(RunsWithLimits, null, cancellation))
            .Select(run => (run.RunId, Why: BudgetRule.WhyOver(run.UsedSeconds, run.BudgetSeconds, run.Now, run.Deadline)))
            .Where(run => run.Why is not null).Select(run => (run.RunId, run.Why!))];

    /// <summary>Null when no such worker is present.</summary>
    public Task<bool?> DrainAsync(string worker, bool draining, CancellationToken cancellation) =>
        database.InTransactionAsync(async (connection, transaction) =>
        {
            var set = await connection.ExecuteScalarAsync<bool?>(new CommandDefinition(SetDraining, new { worker, draining }, transaction, cancellationToken: cancellation));
            if (set is not null)
            {
                await RunHistory.AddAsync(connection, transaction, draining ? "drain" : "undrain", null, draining ? "it gets no more shards" : "it gets shards again", cancellation, worker: worker);
                await RunHistory.NotifyAsync(connection, transaction, $"undrain {worker}", cancellation);
            }

            return set;
        }, cancellation);

    /// <summary>False when it was not under quarantine, or there is no such device.</summary>
    public Task<bool> ReleaseAsync(string worker, string deviceId, CancellationToken cancellation) =>
        database.InTransactionAsync(async (connection, transaction) =>
        {
            if (await connection.ExecuteAsync(new CommandDefinition(ReleaseDevice, new { worker, deviceId }, transaction, cancellationToken: cancellation)) == 0)
            {
                return false;
            }

            await RunHistory.AddAsync(connection, transaction, "released", null, $"{deviceId} gets shards again", cancellation, worker: worker);
            await RunHistory.NotifyAsync(connection, transaction, $"released {worker}", cancellation);
            return true;
        }, cancellation);

    /// <summary>Judges every device by <see cref="QuarantineRule"/>, and returns those that it put under quarantine.</summary>
    public async Task<IReadOnlyList<DevicePlace>> QuarantineAsync(CancellationToken cancellation)
    {
        var put = new List<DevicePlace>();
        foreach (var device in await database.QueryAsync<DeviceRow>(DeviceRecords, new { windowHours = (int)QuarantineRule.Window.TotalHours }, cancellation))
        {
            if (QuarantineRule.Why(device.FailedHereOnly, device.Completed) is not { } why)
            {
                continue;
            }

            await database.InTransactionAsync(async (connection, transaction) =>
            {
                await connection.ExecuteAsync(new CommandDefinition(QuarantineDevice, new { device.Worker, device.DeviceId, why }, transaction, cancellationToken: cancellation));
                await RunHistory.AddAsync(connection, transaction, "quarantine", null, $"{device.DeviceId}: {why}", cancellation, worker: device.Worker);
                return true;
            }, cancellation);
            put.Add(new DevicePlace(device.Worker, device.DeviceId));
        }

        return put;
    }

    /// <summary>Lets shards go to devices that they kept away from, where no other is left. Returns how many.</summary>
    public Task<int> ForgiveLonelyAsync(CancellationToken cancellation) => database.ExecuteAsync(ForgiveLonelyShards, null, cancellation);

    /// <summary>Skips waiting cells that <see cref="SkipRule"/> gives no chance on any device class that is present. Returns the kinds skipped.</summary>
    public async Task<IReadOnlyList<string>> SkipHopelessAsync(CancellationToken cancellation)
    {
        var limits = await database.QueryAsync<KnownLimitRow>(KnownLimits, null, cancellation);
        if (limits.Count == 0)
        {
            return [];
        }

        var rule = limits.Select(row => row.ToLimit()).OfType<KnownLimit>().Aggregate(SkipRule.Empty, (known, limit) => known.Learn(limit));
        var classes = (await database.QueryAsync<ClassRow>(ClassesPresent, null, cancellation)).ToLookup(row => row.Backend, row => row.DeviceClass);
        var told = new List<string>();
        foreach (var kind in await database.QueryAsync<KindRow>(KindsOfQueuedCells, new { variants = rule.Limits.Select(l => l.Variant).Distinct().ToArray() }, cancellation))
        {
            var reasons = classes[kind.Backend].Select(of => rule.Why(kind.Variant, of, kind.Heads, kind.N, kind.D)).ToList();
            if (reasons.Count > 0 && reasons.All(reason => reason is not null))
            {
                var why = string.Join("; ", reasons);
                await database.ExecuteAsync(SkipKind, new { kind.Variant, kind.Backend, kind.Heads, kind.N, kind.D, why }, cancellation);
                told.Add(why);
            }
        }

        return told;
    }

    public Task<IReadOnlyList<ClusterDevice>> DevicesAsync(CancellationToken cancellation) => database.QueryAsync<ClusterDevice>(ClusterDevices, null, cancellation);

    /// <summary>Null when there is no such cell.</summary>
    public async Task<CellStory?> StoryAsync(long cellId, CancellationToken cancellation) =>
        await database.QueryFirstAsync<CellFacts>(CellStory, new { cellId }, cancellation) is { } facts
            ? new CellStory(facts, await database.QueryAsync<CellAttempt>(CellAttempts, new { cellId }, cancellation))
            : null;

    /// <summary>How long the rest of a run takes, by <see cref="EtaRule"/>; null where nobody works on some of it.</summary>
    public async Task<double?> SecondsLeftAsync(long runId, CancellationToken cancellation) =>
        EtaRule.SecondsLeft((await database.QueryAsync<WorkRow>(WorkOfRun, new { runId }, cancellation))
            .Select(row => new BackendPace(row.Backend, row.LeftSeconds, row.Devices, row.EstimatedSeconds, row.RealSeconds)));

    /// <summary>Devices that get shards now.</summary>
    public async Task<IReadOnlyList<DeviceStanding>> PresentAsync(CancellationToken cancellation) =>
        [.. (await database.QueryAsync<PresentRow>(DevicesPresent, null, cancellation))
            .Select(row => new DeviceStanding(row.Worker, row.DeviceId, row.Backend, row.MemoryBytes, [.. row.Labels.Split(',', StringSplitOptions.RemoveEmptyEntries)]))];

    /// <summary>Cells of a run that fit no device here, in words; empty where all fit.</summary>
    public async Task<IReadOnlyList<string>> UnfitAsync(long runId, CancellationToken cancellation)
    {
        var devices = await PresentAsync(cancellation);
        return [.. (await database.QueryAsync<UnfitRow>(UnfitCells, new { runId }, cancellation)).Select(row => FormattableString.Invariant(
            $"{row.Cells} cells fit nowhere: {PlacementRule.WhyNowhere(devices, row.Backend, [.. row.Requires.Split(',', StringSplitOptions.RemoveEmptyEntries)], row.MemoryBytes) ?? "the devices that fit drain or are under quarantine"}"))];
    }

    private sealed record KnownLimitRow(string Variant, string DeviceClass, int Heads, int N, int D, string Outcome)
    {
        public KnownLimit? ToLimit() => OutcomeNames.TryParse(Outcome, out var outcome) ? new KnownLimit(Variant, DeviceClass, Heads, N, D, outcome) : null;
    }

    private sealed record KindRow(string Variant, string Backend, int Heads, int N, int D);

    private sealed record ClassRow(string Backend, string DeviceClass);

    private sealed record LimitRow(long RunId, double? BudgetSeconds, DateTimeOffset? Deadline, DateTimeOffset Now, double UsedSeconds);

    private sealed record DeviceRow(string Worker, string DeviceId, int FailedHereOnly, int Completed);

    private sealed record WorkRow(string Backend, double LeftSeconds, double Devices, double EstimatedSeconds, double RealSeconds);

    private sealed record PresentRow(string Worker, string DeviceId, string Backend, long MemoryBytes, string Labels);

    private sealed record UnfitRow(string Backend, long MemoryBytes, long Cells, string Requires);
}
