using AttnSweep.Simulation.Cluster;
using AttnSweep.Simulation.Dispatch;
using AttnSweep.Simulation.Workload;

namespace AttnSweep.Simulation;

/// <summary>The report of a simulation that has ended.</summary>
internal static class ReportWriter
{
    public static SimulationReport Of(
        SimulationOptions options, PlannedWork work, IReadOnlyList<SimulatedNode> nodes, SimulatedCoordinator coordinator, EventQueue clock,
        LowerBound bound, FairnessWatch fairness)
    {
        var totals = coordinator.Totals;
        var (lost, duplicated) = coordinator.Check();
        var end = coordinator.EndedAt.Values.DefaultIfEmpty(0).Max();
        var busy = nodes.Sum(node => node.Busy);
        var available = nodes.Where(n => !n.Quarantined).Sum(node => coordinator.EndedAt[node.Backend] - node.Down);
        var left = end - totals.EtaAt;
        return new SimulationReport(
            options.Nodes, work.Cells, work.Shards.Count, options.Seed, totals.Grants, end, bound.Seconds, end / bound.Seconds,
            busy > 0 ? totals.Wasted / busy : 0, Math.Max(0, 1 - (nodes.Where(n => !n.Quarantined).Sum(n => n.Busy) / available)), fairness.Index,
            totals.CoordinatorBusy / end, totals.LongestWait, totals.Messages / end, Math.Abs(totals.EtaSeconds - left) / left,
            lost, duplicated, totals.OldGrantsRefused, totals.Stale, totals.Splits, totals.SecondAttempts, totals.NodesLost,
            nodes.Count(node => node.Quarantined), totals.Coordinators, totals.Outcomes,
            [.. coordinator.Runs.Select(r => new SimulatedRunReport(r.Run.Name, r.Run.Priority, r.Cells, r.SubmittedAt, r.StartedAt, r.EndedAt, r.DeviceSeconds))],
            [.. bound.OfBackend.Select(b => new SimulatedBackendReport(
                b.Key, nodes.Count(n => n.Backend == b.Key), nodes.Where(n => n.Backend == b.Key).Sum(n => n.Speed), b.Value, coordinator.EndedAt[b.Key]))]);
    }
}
