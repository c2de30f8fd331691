using AttnSweep.Simulation.Cluster;
using AttnSweep.Simulation.Workload;

namespace AttnSweep.Simulation;

/// <summary>
/// What no schedule can beat: of each backend all its planned work, done at the speed of all its nodes without a gap; and the longest cell with
/// its overhead on the fastest node. Down times, messages and faults are not taken off.
/// </summary>
internal sealed record LowerBound(double Seconds, IReadOnlyDictionary<string, double> OfBackend)
{
    public static LowerBound Of(PlannedWork work, IReadOnlyList<SimulatedNode> nodes)
    {
        var bounds = new Dictionary<string, double>();
        foreach (var shards in work.Shards.GroupBy(shard => shard.Backend))
        {
            var of = nodes.Where(node => node.Backend == shards.Key).ToList();
            var all = shards.Sum(s => s.Overhead + Enumerable.Range(s.FirstCell, s.Count).Sum(work.Real));
            var longest = shards.Max(s => s.Overhead + Enumerable.Range(s.FirstCell, s.Count).Max(work.Real));
            bounds[shards.Key] = Math.Max(all / of.Sum(node => node.Speed), longest / of.Max(node => node.Speed));
        }

        return new LowerBound(bounds.Values.Max(), bounds);
    }
}
