using AttnSweep.Protocol;

namespace AttnSweep.Storage.Dispatch;

/// <summary>What the store knows of a shard that someone claims to hold.</summary>
internal sealed record HolderRow(long ShardId, string State, int Attempt, string? Worker, int RecordedChunks, string RunState, long RunId);

/// <summary>Why a lease is not held, and what to answer a report of it. Pure.</summary>
internal static class LeaseReasons
{
    public static string WhyLost(Lease lease, HolderRow? holder) => holder switch
    {
        null => $"there is no shard {lease.ShardId} in this database",
        { RunState: "cancelled" } => $"run {holder.RunId} was cancelled",
        { RunState: "paused" } => $"run {holder.RunId} is paused",
        { State: "leased" } => $"attempt {holder.Attempt} of the shard belongs to {holder.Worker}",
        { State: "done" } => "the shard is done",
        _ => "the lease expired and the shard is queued again",
    };

    /// <summary>What a chunk deserves that did not pass the gate.</summary>
    public static RecordVerdict Judge(Lease lease, string worker, int chunk, HolderRow? holder) =>
        holder is null || holder.Attempt != lease.Attempt ? RecordVerdict.Stale
        : chunk < holder.RecordedChunks ? RecordVerdict.AlreadyRecorded
        : holder.State == "leased" && holder.Worker == worker ? RecordVerdict.TooEarly
        : RecordVerdict.Stale;
}
