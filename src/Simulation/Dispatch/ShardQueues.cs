using AttnSweep.Simulation.Workload;

namespace AttnSweep.Simulation.Dispatch;

/// <summary>
/// The simulated store's index: queued shards of each backend and run, the longest first, and those of one input. Shards are kept apart by the
/// smallest device that has the memory for them, so that a small device need not pass by everything that is too large for it.
/// </summary>
/// <param name="sizes">Memory sizes of the cluster's devices, the smallest first.</param>
internal sealed class ShardQueues(IReadOnlyList<long> sizes)
{
    private static readonly Comparer<SimulatedShard> LongestFirst = Comparer<SimulatedShard>.Create((a, b) =>
        a.Seconds != b.Seconds ? b.Seconds.CompareTo(a.Seconds) : a.Id.CompareTo(b.Id));

    private readonly Dictionary<(string Backend, int Run), SortedSet<SimulatedShard>[]> _queues = [];
    private readonly Dictionary<int, List<SimulatedShard>> _ofInput = [];
    private readonly Dictionary<string, double> _seconds = [];

    public List<SimulatedShard> All { get; } = [];

    /// <summary>Estimated device time in the queue of one backend.</summary>
    public double Seconds(string backend) => _seconds.GetValueOrDefault(backend);

    public bool Has(int run) => _queues.Any(q => q.Key.Run == run && q.Value.Any(tier => tier.Count > 0));

    public bool HasAny(string backend) => _queues.Any(q => q.Key.Backend == backend && q.Value.Any(tier => tier.Count > 0));

    public void Submit(PlannedWork work, int run)
    {
        foreach (var plan in work.Shards.Where(shard => shard.Run == run))
        {
            var shard = new SimulatedShard(All.Count, plan.Run, plan.Input, plan.Backend, plan.FirstCell, plan.Count, plan.Overhead, plan.LeastMemory);
            All.Add(shard);
            shard.Seconds = plan.Overhead + Enumerable.Range(plan.FirstCell, plan.Count).Sum(work.Estimated);
            Add(shard);
        }
    }

    public void Add(SimulatedShard shard)
    {
        if (!_queues.TryGetValue((shard.Backend, shard.Run), out var queue))
        {
            _queues[(shard.Backend, shard.Run)] = queue = [.. sizes.Select(_ => new SortedSet<SimulatedShard>(LongestFirst))];
        }

        queue[Tier(shard.LeastMemory)].Add(shard);
        _seconds[shard.Backend] = Seconds(shard.Backend) + shard.Seconds;
        if (!_ofInput.TryGetValue(shard.Input, out var siblings))
        {
            _ofInput[shard.Input] = siblings = [];
        }

        siblings.Add(shard);
    }

    public void Remove(SimulatedShard shard)
    {
        _queues[(shard.Backend, shard.Run)][Tier(shard.LeastMemory)].Remove(shard);
        _seconds[shard.Backend] = Seconds(shard.Backend) - shard.Seconds;
        if (_ofInput[shard.Input] is var siblings && siblings.Remove(shard) && siblings.Count == 0)
        {
            _ofInput.Remove(shard.Input);
        }
    }

    /// <summary>What the store would be asked for: the longest few that fit, and those of the input that the device has.</summary>
    public IEnumerable<SimulatedShard> Candidates(string backend, int run, long memory, long? lastInput, int most)
    {
        if (!_queues.TryGetValue((backend, run), out var tiers))
        {
            return [];
        }

        var fitting = tiers.Take(Tier(memory) + 1).Where(tier => tier.Count > 0).ToList();
        var longest = fitting.Count == 1 ? fitting[0].Take(most) : fitting.SelectMany(tier => tier.Take(most)).Order(LongestFirst).Take(most);
        return lastInput is { } input && _ofInput.TryGetValue((int)input, out var siblings)
            ? longest.Concat(siblings.Where(shard => shard.Backend == backend && shard.Run == run && shard.LeastMemory <= memory))
            : longest;
    }

    /// <summary>Of a shard: the smallest size that it fits. Of a device: its own.</summary>
    private int Tier(long memory)
    {
        var tier = 0;
        while (tier < sizes.Count - 1 && sizes[tier] < memory)
        {
            tier++;
        }

        return tier;
    }
}
