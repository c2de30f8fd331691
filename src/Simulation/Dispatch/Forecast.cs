using AttnSweep.Scheduling;
using AttnSweep.Simulation.Cluster;

namespace AttnSweep.Simulation.Dispatch;

/// <summary>Seconds left, as <c>status</c> tells them.</summary>
internal static class Forecast
{
    /// <param name="left">Estimated device time without a result, by backend.</param>
    public static double? SecondsLeft(IReadOnlyList<SimulatedNode> nodes, Func<string, double> left) =>
        EtaRule.SecondsLeft(nodes.GroupBy(node => node.Backend).Select(of => new BackendPace(
            of.Key, left(of.Key), of.Count(n => n.Phase == NodePhase.Up && !n.Quarantined), of.Sum(n => n.EstimatedDone), of.Sum(n => n.RealDone))));
}
