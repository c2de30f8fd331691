using System.Collections.Immutable;
using AttnSweep.Scheduling;
using AttnSweep.Simulation.Cluster;

namespace AttnSweep.Simulation.Dispatch;

/// <summary>A shard in the simulated store. Its cells are a range; which of them are missing is known from its lease once it was granted.</summary>
internal sealed class SimulatedShard(int id, int run, int input, string backend, int firstCell, int count, double overhead, long leastMemory)
{
    public int Id { get; } = id;

    public int Run { get; } = run;

    public int Input { get; } = input;

    public string Backend { get; } = backend;

    public int FirstCell { get; } = firstCell;

    public int Count { get; set; } = count;

    public double Overhead { get; } = overhead;

    public long LeastMemory { get; } = leastMemory;

    /// <summary>Estimate of what is missing, overhead included.</summary>
    public double Seconds { get; set; }

    /// <summary>Null until it is granted for the first time, and again once it is done.</summary>
    public LeaseRecord? Lease { get; set; }

    public bool Done { get; set; }

    public ImmutableHashSet<DevicePlace> FailedOn { get; set; } = [];

    /// <summary>The newest attempt; null while queued.</summary>
    public Attempt? Current { get; set; }

    /// <summary>Where two attempts are under way, the first of them.</summary>
    public Attempt? First { get; set; }

    public Attempt? Second { get; set; }

    public QueuedShard Queued() => new(Id, Run, Input, Seconds, Overhead, LeastMemory, Lease?.Missing.Count ?? Count) { FailedOn = FailedOn };
}

/// <summary>One grant and what became of it.</summary>
internal sealed class Attempt(SimulatedShard shard, int number, SimulatedNode node, ImmutableArray<long> cells, double begun)
{
    public SimulatedShard Shard { get; } = shard;

    public int Number { get; } = number;

    public SimulatedNode Node { get; } = node;

    public ImmutableArray<long> Cells { get; } = cells;

    public double Begun { get; } = begun;

    public double EstimatedSeconds { get; init; }

    /// <summary>When its device is done with it.</summary>
    public double Ends { get; set; }

    /// <summary>The cell that ends its runner; null where none does.</summary>
    public long? Poison { get; set; }

    public double Spent { get; set; }
}
