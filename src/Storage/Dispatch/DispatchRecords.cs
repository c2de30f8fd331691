using AttnSweep.Protocol;

namespace AttnSweep.Storage.Dispatch;

/// <summary>A device asks for a shard.</summary>
/// <param name="MemoryBytes">Of the device: cells that need more are not granted.</param>
public sealed record GrantRequest(string Worker, string Incarnation, string DeviceId, string Backend, long MemoryBytes);

/// <summary>What is the same for every grant of a coordinator.</summary>
/// <param name="OnlyRun">Null grants from every run.</param>
public sealed record GrantTerms(TimeSpan LeaseDuration, long? OnlyRun);

public sealed record LostLease(Lease Lease, string Reason);

/// <summary>What the gate said.</summary>
public enum RecordVerdict
{
    Recorded,

    /// <summary>This very chunk of this very attempt is in the table: acknowledge it.</summary>
    AlreadyRecorded,

    /// <summary>An earlier chunk is still missing: send that first.</summary>
    TooEarly,

    /// <summary>Another attempt owns the shard, or the run ended.</summary>
    Stale,
}

/// <summary>A later coordinator has taken over: this one must stop granting and recording.</summary>
public sealed class SupersededException(long epoch, long current) : Exception($"epoch {epoch} was superseded by epoch {current}");

/// <summary>Another coordinator was heard of a moment ago: the epoch is not taken from it.</summary>
public sealed class EpochHeldException() : Exception("another coordinator was heard of a moment ago; this one waits until it is silent");

/// <summary>The names of endings in the store.</summary>
public static class EndingNames
{
    public static string Name(this AttemptEnding ending) => ending switch
    {
        AttemptEnding.Done => "done",
        AttemptEnding.Lost => "lost",
        AttemptEnding.Crashed => "crashed",
        AttemptEnding.TimedOut => "timed-out",
        AttemptEnding.Returned => "returned",
        _ => "cancelled",
    };
}
