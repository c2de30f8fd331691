using AttnSweep.Coordinator.Dispatch;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Dispatch;
using AttnSweep.Storage.Nodes;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Schedules;

namespace AttnSweep.Coordinator;

/// <summary>What the coordinator's actors are built from.</summary>
/// <param name="OnlyRun">Grant shards of this run only, and fire no schedule.</param>
internal sealed record CoordinatorParts(
    ShardLedger Ledger, NodeStore Nodes, RunStore Runs, ScheduleStore Schedules, WorkSignal Signal,
    CoordinatorTimings Timings, TimeProvider Clock, long? OnlyRun, string CodeVersion)
{
    public static CoordinatorParts On(Database database, CoordinatorTimings timings, TimeProvider clock, long? onlyRun, string codeVersion) => new(
        new ShardLedger(database), new NodeStore(database), new RunStore(database), new ScheduleStore(database), new WorkSignal(database, clock),
        timings, clock, onlyRun, codeVersion)
    {
        Scheduling = new SchedulingRound(database),
    };

    public required SchedulingRound Scheduling { get; init; }

    public DateTimeOffset Now => Clock.GetUtcNow();
}
