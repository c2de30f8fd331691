using AttnSweep.Protocol;
using AttnSweep.Worker.Dispatch;

namespace AttnSweep.Clustering.Tests.Worker;

public sealed class OutboxTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lease Lease = new(1, 7, 2, 3);

    [Fact]
    public void A_chunk_is_sent_once_and_again_only_when_its_patience_is_over()
    {
        var box = Outbox.Empty.Put(Shards.Chunk(Lease, 0, final: true));
        var sentAt = new List<int>();
        for (var tick = 0; tick <= 1000; tick++)
        {
            (var send, box) = box.Due(Start.AddMilliseconds(100 * tick));
            sentAt.AddRange(send.Select(_ => tick / 10));
        }

        Assert.Equal([0, 5, 15, 35, 75], sentAt);
    }

    [Fact]
    public void The_next_chunk_of_a_lease_waits_for_the_acknowledgement_of_the_one_before()
    {
        var box = Outbox.Empty.Put(Shards.Chunk(Lease, 0, final: false)).Put(Shards.Chunk(Lease, 1, final: true));
        (var first, box) = box.Due(Start);
        (var nothing, box) = box.Due(Start.AddSeconds(1));
        (var second, box) = box.Recorded(Lease, 0).Due(Start.AddSeconds(2));

        Assert.Equal(0, Assert.IsType<DispatchProtocol.ReportChunk>(Assert.Single(first)).Chunk);
        Assert.Empty(nothing);
        Assert.Equal(1, Assert.IsType<DispatchProtocol.ReportChunk>(Assert.Single(second)).Chunk);
        Assert.True(box.Recorded(Lease, 1).IsEmpty);
    }

    [Fact]
    public void Leases_do_not_wait_for_each_other()
    {
        var box = Outbox.Empty.Put(Shards.Chunk(Lease, 0, true)).Put(Shards.Chunk(Lease with { ShardId = 8 }, 0, true));
        Assert.Equal(2, box.Due(Start).Send.Count);
    }

    [Fact]
    public void A_new_coordinator_is_told_at_once()
    {
        (_, var box) = Outbox.Empty.Put(Shards.Chunk(Lease, 0, true)).Due(Start);
        Assert.Empty(box.Due(Start.AddSeconds(1)).Send);
        Assert.Single(box.Anew().Due(Start.AddSeconds(1)).Send);
    }

    [Fact]
    public void An_acknowledgement_counts_whatever_epoch_its_lease_names()
    {
        var box = Outbox.Empty.Put(Shards.Chunk(Lease, 0, true));
        Assert.True(box.Recorded(Lease with { Epoch = 9 }, 0).IsEmpty);
        Assert.True(box.Drop(Lease with { Epoch = 9 }).IsEmpty);
        Assert.False(box.Drop(Lease with { Attempt = 3 }).IsEmpty);
    }

    [Fact]
    public void A_shard_given_back_is_repeated_until_that_is_recorded()
    {
        var box = Outbox.Empty.Put(new DispatchProtocol.ReturnShard("w", "i", Lease, "cpu-simd", AttemptEnding.Returned, null, null));
        (var send, box) = box.Due(Start);
        Assert.IsType<DispatchProtocol.ReturnShard>(Assert.Single(send));
        Assert.Single(box.Due(Start.AddSeconds(5)).Send);
        Assert.True(box.ReturnRecorded(Lease).IsEmpty);
    }
}
