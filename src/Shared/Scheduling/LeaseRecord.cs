using System.Collections.Immutable;

namespace AttnSweep.Scheduling;

/// <summary>A shard as fencing sees it; the store's row of it holds the same.</summary>
/// <param name="Attempt">How often it was granted: the fencing token of the last grant.</param>
/// <param name="RecordedChunks">Chunks of the last attempt that are durable.</param>
/// <param name="Holder">Whose it is; null unless leased.</param>
/// <param name="Survivor">The attempt before, while a second one was begun beside it; it may still be the first to report.</param>
/// <param name="Missing">Its cells without a result.</param>
public sealed record LeaseRecord(ShardPhase Phase, int Attempt, int RecordedChunks, LeaseHolder? Holder, LeaseHolder? Survivor, ImmutableSortedSet<long> Missing)
{
    public static LeaseRecord Queued(IEnumerable<long> cells) => new(ShardPhase.Queued, 0, 0, null, null, [.. cells]);
}

/// <param name="Attempt">The attempt that is its.</param>
public sealed record LeaseHolder(string Worker, string Incarnation, int Attempt, long Epoch);

public enum ShardPhase
{
    Queued,
    Leased,
    Paused,
    Done,
    Cancelled,
}

/// <summary>What the gate says.</summary>
public enum GateAnswer
{
    Recorded,

    /// <summary>This chunk of this attempt is durable: acknowledge it.</summary>
    AlreadyRecorded,

    /// <summary>An earlier chunk is missing.</summary>
    TooEarly,

    /// <summary>Another attempt owns the shard, or it is over.</summary>
    Stale,

    /// <summary>A later coordinator exists: this one may neither grant nor record.</summary>
    Superseded,
}

/// <param name="Cells">Cells that have results in the chunk.</param>
public sealed record ReportedChunk(string Worker, int Attempt, int Chunk, bool Final, ImmutableArray<long> Cells);
