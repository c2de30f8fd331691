using System.Collections.Immutable;
using AttnSweep.Simulation.Workload;

namespace AttnSweep.Simulation.Cluster;

/// <summary>
/// A mixed cluster: nodes of each backend as its share of the work, of three speeds (0.6, 1 and 1.7 with 5 % scatter), one in ten with little
/// memory, half of them with the label that one run requires, and a broken one for each 500.
/// </summary>
internal static class ClusterShape
{
    public static List<SimulatedNode> Of(SimulationOptions options, PlannedWork work)
    {
        var random = new Random(options.Seed + 2);
        var byBackend = work.Shards.GroupBy(shard => shard.Backend)
            .ToDictionary(g => g.Key, g => g.Sum(shard => shard.Overhead + Enumerable.Range(shard.FirstCell, shard.Count).Sum(work.Real)));
        var whole = byBackend.Values.Sum();
        var left = options.Nodes;
        var nodes = new List<SimulatedNode>();
        foreach (var (backend, seconds) in byBackend.OrderBy(b => b.Value).ThenBy(b => b.Key, StringComparer.Ordinal))
        {
            var count = backend == byBackend.MaxBy(b => b.Value).Key ? left : Math.Clamp((int)Math.Round(options.Nodes * seconds / whole), 1, Math.Max(1, left - 1));
            left -= count;
            for (var i = 0; i < count; i++)
            {
                double[] speeds = [0.6, 1, 1.7];
                nodes.Add(new SimulatedNode(
                    nodes.Count, backend, speeds[i % 3] * Math.Exp(0.05 * TruthModel.Gauss(random)),
                    i % 10 == 9 ? 16L << 20 : 16L << 30,
                    i % 2 == 0 ? ["fast-disk"] : ImmutableSortedSet<string>.Empty,
                    options.Faults && i % 500 == 250));
            }
        }

        return nodes;
    }
}
