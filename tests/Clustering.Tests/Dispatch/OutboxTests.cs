using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Protocol;
using AttnSweep.Worker.Dispatch;

namespace AttnSweep.Clustering.Tests.Dispatch;

public sealed class OutboxTests
{
    private static readonly Lease First = Examples.Lease(1);
    private static readonly Lease Second = Examples.Lease(2);

    [Fact]
    public void Of_each_lease_only_the_first_letter_is_sent_until_it_is_recorded()
    {
        var outbox = Outbox.Empty.Put(Examples.Chunk(First, 0, false)).Put(Examples.Chunk(First, 1)).Put(Examples.Chunk(Second));

        var (sent, waiting) = outbox.Due(Examples.Noon);
        Assert.Equal([(First, 0), (Second, 0)], sent.Cast<DispatchProtocol.ReportChunk>().Select(c => (c.Lease, c.Chunk)));

        (sent, waiting) = waiting.Recorded(First, 0).Due(Examples.Noon);
        Assert.Equal([(First, 1)], sent.Cast<DispatchProtocol.ReportChunk>().Select(c => (c.Lease, c.Chunk)));
        Assert.True(waiting.Recorded(First, 1).Recorded(Second, 0).IsEmpty);
    }

    [Fact]
    public void Resends_are_paced_by_age_and_back_off_to_forty_seconds()
    {
        var outbox = Outbox.Empty.Put(Examples.Chunk());
        var sentAt = new List<int>();
        for (var second = 0; second <= 155; second++)
        {
            (var sent, outbox) = outbox.Due(Examples.Noon.AddSeconds(second));
            sentAt.AddRange(sent.Select(_ => second));
        }

        Assert.Equal([0, 5, 15, 35, 75, 115, 155], sentAt);
    }

    [Fact]
    public void A_tick_a_millisecond_sends_no_more_than_a_tick_a_second()
    {
        var outbox = Outbox.Empty.Put(Examples.Chunk());
        var count = 0;
        for (var ms = 0; ms < 5000; ms++)
        {
            (var sent, outbox) = outbox.Due(Examples.Noon.AddMilliseconds(ms));
            count += sent.Count;
        }

        Assert.Equal(1, count);
    }

    [Fact]
    public void A_new_coordinator_is_sent_everything_at_once_and_with_fresh_patience()
    {
        var outbox = Outbox.Empty.Put(Examples.Chunk(First)).Put(Examples.Returned(Second));
        foreach (var second in new[] { 0, 5, 15 })
        {
            outbox = outbox.Due(Examples.Noon.AddSeconds(second)).Next;
        }

        (var sent, outbox) = outbox.Anew().Due(Examples.Noon.AddSeconds(16));
        Assert.Equal(2, sent.Count);
        Assert.Empty(outbox.Due(Examples.Noon.AddSeconds(20)).Send);
        Assert.Equal(2, outbox.Due(Examples.Noon.AddSeconds(21)).Send.Count);
    }

    [Fact]
    public void Dropping_a_lease_drops_all_its_letters_whatever_epoch_names_it_and_no_others()
    {
        var outbox = Outbox.Empty.Put(Examples.Chunk(First, 0, false)).Put(Examples.Chunk(First, 1)).Put(Examples.Returned(First))
            .Put(Examples.Chunk(Second)).Put(Examples.Chunk(First with { Attempt = 3 }));

        var left = outbox.Drop(First with { Epoch = 99 });

        Assert.Equal([Second, First with { Attempt = 3 }], left.Leases);
    }

    [Fact]
    public void A_recorded_return_takes_the_return_and_leaves_reports()
    {
        var outbox = Outbox.Empty.Put(Examples.Returned(First)).Put(Examples.Chunk(Second)).Put(Examples.Returned(Second));

        var left = outbox.ReturnRecorded(First with { Epoch = 6 }).ReturnRecorded(Second);

        var letter = Assert.Single(left.Letters);
        Assert.Equal((Second, 0), (letter.Lease, letter.Chunk));
    }

    [Fact]
    public void An_acknowledgement_of_another_attempt_or_chunk_takes_nothing()
    {
        var outbox = Outbox.Empty.Put(Examples.Chunk(First)).Put(Examples.Returned(First));
        Assert.Equal(2, outbox.Recorded(First, 1).Recorded(First with { Attempt = 9 }, 0).ReturnRecorded(Second).Letters.Count);
    }
}
