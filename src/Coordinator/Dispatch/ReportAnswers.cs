using AttnSweep.Protocol;
using AttnSweep.Storage.Dispatch;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>What a worker is told about its report.</summary>
internal static class ReportAnswers
{
    /// <summary>Null where silence is right: the missing chunk is on its way or will be sent again, and this one after it.</summary>
    public static DispatchProtocol.IEvent? To(DispatchProtocol.ReportChunk chunk, RecordVerdict verdict, long epoch) => verdict switch
    {
        RecordVerdict.Recorded or RecordVerdict.AlreadyRecorded => new DispatchProtocol.ChunkRecorded(epoch, chunk.Lease, chunk.Chunk),
        RecordVerdict.Stale => new DispatchProtocol.LeaseLost(
            epoch, chunk.Lease, $"attempt {chunk.Lease.Attempt} of shard {chunk.Lease.ShardId} has ended or its run has"),
        RecordVerdict.TooEarly => null,
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "no such verdict"),
    };
}
