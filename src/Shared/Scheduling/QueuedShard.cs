using System.Collections.Immutable;

namespace AttnSweep.Scheduling;

/// <summary>A shard in the queue.</summary>
/// <param name="Seconds">Estimated device time, in seconds.</param>
/// <param name="OverheadSeconds">The part of it that every piece would pay again if it were split: input and dense baseline.</param>
/// <param name="LeastMemoryBytes">Of the cell that needs least: with less memory there is nothing to do in it.</param>
/// <param name="Cells">Cells without a result.</param>
public sealed record QueuedShard(long ShardId, long RunId, long InputId, double Seconds, double OverheadSeconds, long LeastMemoryBytes, int Cells)
{
    /// <summary>Devices on which a cell of it ended its runner.</summary>
    public ImmutableHashSet<DevicePlace> FailedOn { get; init; } = [];

    /// <summary>Workers that hold or have measured another replica of the same cells.</summary>
    public ImmutableHashSet<string> SiblingWorkers { get; init; } = [];
}
