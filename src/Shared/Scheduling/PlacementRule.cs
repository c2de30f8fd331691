using System.Collections.Immutable;

namespace AttnSweep.Scheduling;

/// <summary>Where a shard may go: labels, memory, other nodes than its replicas, other devices than those that it ended. Pure.</summary>
public static class PlacementRule
{
    /// <summary>Whether the device may have the shard.</summary>
    /// <param name="others">Devices that could take it instead; without any, a device that it once ended may try again.</param>
    public static bool Fits(DeviceStanding device, RunStanding run, QueuedShard shard, IReadOnlyCollection<DeviceStanding> others) =>
        MeetsNeeds(device, run.Requires, shard.LeastMemoryBytes)
        && !shard.SiblingWorkers.Contains(device.Worker)
        && !RetryRule.ShouldLeaveToOthers(device, shard, others.Where(other => MeetsNeeds(other, run.Requires, shard.LeastMemoryBytes)));

    /// <summary>Whether a device has what a cell needs, whoever is first.</summary>
    public static bool MeetsNeeds(DeviceStanding device, ImmutableSortedSet<string> requires, long memoryBytes) =>
        device.MemoryBytes >= memoryBytes && requires.IsSubsetOf(device.Labels);

    /// <summary>Why no device of a cluster can take a cell; null where one can.</summary>
    /// <param name="devices">All devices that are present.</param>
    /// <param name="backend">The backend that the cell names.</param>
    public static string? WhyNowhere(IReadOnlyCollection<DeviceStanding> devices, string backend, ImmutableSortedSet<string> requires, long memoryBytes)
    {
        var able = devices.Where(device => device.Backend == backend).ToList();
        if (able.Count == 0)
        {
            return $"no worker here offers {backend}";
        }

        var labelled = able.Where(device => requires.IsSubsetOf(device.Labels)).ToList();
        if (labelled.Count == 0)
        {
            var nearest = able.MinBy(device => requires.Except(device.Labels).Count)!;
            return $"no worker with {backend} has the labels {string.Join(", ", requires)}; {nearest.Worker} lacks {string.Join(", ", requires.Except(nearest.Labels))}";
        }

        var largest = labelled.Max(device => device.MemoryBytes);
        return largest < memoryBytes ? FormattableString.Invariant($"needs {memoryBytes / 1048576.0:0} MiB; the largest {backend} device here has {largest / 1048576.0:0} MiB") : null;
    }

    /// <summary>Why replicas cannot be on as many nodes as were asked for; null where they can.</summary>
    public static string? WhyNotReplicated(IReadOnlyCollection<DeviceStanding> devices, string backend, ImmutableSortedSet<string> requires, int replicas)
    {
        var nodes = devices.Where(d => d.Backend == backend && requires.IsSubsetOf(d.Labels)).Select(d => d.Worker).Distinct().Count();
        return replicas <= nodes || replicas == 1 ? null : $"replicate: {replicas} needs {replicas} workers with {backend}; there {(nodes == 1 ? "is 1" : $"are {nodes}")}";
    }
}
