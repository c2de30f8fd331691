using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Coordinator.Dispatch;
using AttnSweep.Protocol;
using AttnSweep.Storage.Dispatch;

namespace AttnSweep.Clustering.Tests.Dispatch;

public sealed class StoreHealthTests
{
    [Fact]
    public void An_outage_is_told_once_and_so_is_its_end()
    {
        var (said, health) = StoreHealth.Good.Failed("granting a shard", new IOException("connection refused"), Examples.Noon);
        Assert.Contains("granting a shard: connection refused", said, StringComparison.Ordinal);

        (said, health) = health.Failed("renewing leases", new IOException("again"), Examples.Noon.AddSeconds(1));
        Assert.Null(said);

        (said, health) = health.Worked(Examples.Noon.AddSeconds(12.5));
        Assert.Contains("12.5 s and 2 failed calls", said, StringComparison.Ordinal);
        Assert.Equal(StoreHealth.Good, health);
        Assert.Null(health.Worked(Examples.Noon.AddSeconds(13)).Say);
    }

    [Fact]
    public void Pauses_double_up_to_the_limit()
    {
        var pauses = new List<double>();
        for (var pause = new BackOff(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(3)); pauses.Count < 5; pause = pause.After())
        {
            pauses.Add(pause.Next.TotalSeconds);
        }

        Assert.Equal([0.5, 1, 2, 3, 3], pauses);
    }

    [Theory]
    [InlineData(RecordVerdict.Recorded)]
    [InlineData(RecordVerdict.AlreadyRecorded)]
    public void A_chunk_that_is_in_the_table_is_acknowledged(RecordVerdict verdict) =>
        Assert.Equal(new DispatchProtocol.ChunkRecorded(8, Examples.Lease(), 3), ReportAnswers.To(Examples.Chunk(chunk: 3), verdict, 8));

    [Fact]
    public void A_stale_chunk_is_answered_with_its_lost_lease()
    {
        var lost = Assert.IsType<DispatchProtocol.LeaseLost>(ReportAnswers.To(Examples.Chunk(), RecordVerdict.Stale, 8));
        Assert.Equal((8L, Examples.Lease()), (lost.Epoch, lost.Lease));
        Assert.Contains("attempt 2 of shard 12", lost.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chunk_before_its_turn_is_not_answered_so_that_it_comes_again() =>
        Assert.Null(ReportAnswers.To(Examples.Chunk(chunk: 1), RecordVerdict.TooEarly, 8));

    [Fact]
    public void Every_verdict_of_the_store_has_its_answer() =>
        Assert.All(Enum.GetValues<RecordVerdict>(), verdict => ReportAnswers.To(Examples.Chunk(), verdict, 8));
}
