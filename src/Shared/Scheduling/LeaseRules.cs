using System.Collections.Immutable;

namespace AttnSweep.Scheduling;

/// <summary>
/// Fencing: who may record what of a shard. Attempts rise with every grant; epochs rise with every coordinator; a report passes only if its
/// attempt is the one that the shard has. The store's statements follow the same rules, and a contract test holds both to the same schedules.
/// Methods are virtual so that tests can take a protection out and see that it was needed. Pure.
/// </summary>
public class LeaseRules
{
    /// <param name="current">The highest epoch that was taken.</param>
    /// <param name="epoch">Of the coordinator that asks.</param>
    /// <returns>Null where it is not granted.</returns>
    public virtual LeaseRecord? Grant(LeaseRecord shard, long current, long epoch, string worker, string incarnation) =>
        IsSuperseded(current, epoch) || shard.Phase != ShardPhase.Queued || shard.Missing.IsEmpty
            ? null
            : Give(shard, epoch, worker, incarnation) with { Survivor = null };

    /// <summary>A second attempt beside the one in progress. The first stays in the race until either has reported.</summary>
    /// <param name="seen">The attempt that was in progress when this was decided: it may have ended since.</param>
    public virtual LeaseRecord? Speculate(LeaseRecord shard, long current, long epoch, int seen, string worker, string incarnation) =>
        IsSuperseded(current, epoch) || shard.Phase != ShardPhase.Leased || shard.Attempt != seen || shard.RecordedChunks > 0
            || shard.Survivor is not null || shard.Missing.IsEmpty || shard.Holder!.Worker == worker
            ? null
            : Give(shard, epoch, worker, incarnation) with { Survivor = shard.Holder };

    /// <returns>The verdict, the shard after it, and the cells whose results are written.</returns>
    public virtual (GateAnswer Answer, LeaseRecord Next, ImmutableArray<long> Accepted) Record(LeaseRecord shard, long current, long epoch, ReportedChunk report)
    {
        if (IsSuperseded(current, epoch))
        {
            return (GateAnswer.Superseded, shard, []);
        }

        if (Passes(shard, report))
        {
            return Write(shard with { RecordedChunks = shard.RecordedChunks + 1 }, report);
        }

        // Whoever was overtaken by a second attempt and is first all the same: only as a whole, since its chunks cannot be counted beside the other's.
        if (MayStillWin(shard, report))
        {
            var (answer, next, accepted) = Write(shard, report);
            return (answer, next with { Survivor = null }, accepted);
        }

        return (Judge(shard, report), shard, []);
    }

    /// <summary>The holder gives it back, or its runner died.</summary>
    public virtual (bool Accepted, LeaseRecord Next) Return(LeaseRecord shard, long current, long epoch, string worker, int attempt)
    {
        if (IsSuperseded(current, epoch))
        {
            return (false, shard);
        }

        if (shard.Phase == ShardPhase.Leased && shard.Attempt == attempt && shard.Holder!.Worker == worker)
        {
            return (true, Leave(shard));
        }

        return shard.Phase == ShardPhase.Leased && shard.Survivor is { } survivor && survivor.Attempt == attempt && survivor.Worker == worker
            ? (true, shard with { Survivor = null })
            : (false, shard);
    }

    /// <summary>The lease ran out, or the holder's process vanished: whoever it was is no longer the holder.</summary>
    public virtual LeaseRecord Lose(LeaseRecord shard) => shard.Phase == ShardPhase.Leased ? Leave(shard) : shard;

    /// <summary>Paused, cancelled: nobody holds it, and reports of it are stale.</summary>
    public virtual LeaseRecord Stop(LeaseRecord shard, ShardPhase phase) =>
        shard.Phase is ShardPhase.Done or ShardPhase.Cancelled
            ? shard
            : shard with { Phase = phase, Holder = null, Survivor = null, Missing = phase == ShardPhase.Cancelled ? [] : shard.Missing };

    public virtual LeaseRecord Resume(LeaseRecord shard) =>
        shard.Phase == ShardPhase.Paused ? shard with { Phase = shard.Missing.IsEmpty ? ShardPhase.Done : ShardPhase.Queued } : shard;

    /// <summary>Only the newest coordinator grants and records.</summary>
    protected virtual bool IsSuperseded(long current, long epoch) => epoch < current;

    /// <summary>Only the attempt that holds the shard, and its chunks one by one.</summary>
    protected virtual bool Passes(LeaseRecord shard, ReportedChunk report) =>
        shard.Phase == ShardPhase.Leased && shard.Attempt == report.Attempt && shard.Holder!.Worker == report.Worker && shard.RecordedChunks == report.Chunk;

    protected virtual bool MayStillWin(LeaseRecord shard, ReportedChunk report) =>
        shard.Phase == ShardPhase.Leased && shard.RecordedChunks == 0 && shard.Survivor is { } survivor
        && survivor.Attempt == report.Attempt && survivor.Worker == report.Worker && report is { Chunk: 0, Final: true };

    /// <summary>Only cells of the shard that have no result.</summary>
    protected virtual ImmutableArray<long> Admit(LeaseRecord shard, ReportedChunk report) => [.. report.Cells.Distinct().Where(shard.Missing.Contains)];

    /// <summary>The attempt's number rises: whoever had it before is turned away.</summary>
    protected virtual LeaseRecord Give(LeaseRecord shard, long epoch, string worker, string incarnation) => shard with
    {
        Phase = ShardPhase.Leased,
        Attempt = shard.Attempt + 1,
        RecordedChunks = 0,
        Holder = new LeaseHolder(worker, incarnation, shard.Attempt + 1, epoch),
    };

    private (GateAnswer Answer, LeaseRecord Next, ImmutableArray<long> Accepted) Write(LeaseRecord shard, ReportedChunk report)
    {
        var accepted = Admit(shard, report);
        var next = shard with { Missing = shard.Missing.Except(accepted) };
        return (GateAnswer.Recorded, report.Final ? Leave(next) : next, accepted);
    }

    private static LeaseRecord Leave(LeaseRecord shard) =>
        shard with { Phase = shard.Missing.IsEmpty ? ShardPhase.Done : ShardPhase.Queued, Holder = null, Survivor = null };

    private static GateAnswer Judge(LeaseRecord shard, ReportedChunk report) =>
        shard.Attempt != report.Attempt ? GateAnswer.Stale
        : report.Chunk < shard.RecordedChunks ? GateAnswer.AlreadyRecorded
        : shard.Phase == ShardPhase.Leased && shard.Holder!.Worker == report.Worker ? GateAnswer.TooEarly
        : GateAnswer.Stale;
}
