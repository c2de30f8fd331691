using AttnSweep.Scheduling;

namespace AttnSweep.Shared.Tests.Scheduling;

/// <summary>Single transitions; whole schedules are explored in the simulation's tests.</summary>
public sealed class LeaseRulesTests
{
    private static readonly LeaseRules Rules = new();

    private static LeaseRecord Leased => Rules.Grant(LeaseRecord.Queued([1, 2]), 3, 3, "w1", "w1/1")!;

    [Fact]
    public void A_grant_raises_the_attempt_and_only_the_newest_coordinator_gives_it()
    {
        Assert.Equal((ShardPhase.Leased, 1), (Leased.Phase, Leased.Attempt));
        Assert.Null(Rules.Grant(LeaseRecord.Queued([1]), 3, 2, "w1", "w1/1"));
        Assert.Null(Rules.Grant(Leased, 3, 3, "w2", "w2/1"));
        Assert.Null(Rules.Grant(LeaseRecord.Queued([]), 3, 3, "w1", "w1/1"));
    }

    [Fact]
    public void Chunks_pass_in_order_once_and_the_last_closes_the_shard()
    {
        var (answer, next, accepted) = Rules.Record(Leased, 3, 3, new("w1", 1, 0, false, [1]));
        Assert.Equal((GateAnswer.Recorded, 1), (answer, accepted.Single()));
        Assert.Equal(GateAnswer.AlreadyRecorded, Rules.Record(next, 3, 3, new("w1", 1, 0, false, [1])).Answer);
        Assert.Equal(GateAnswer.TooEarly, Rules.Record(Leased, 3, 3, new("w1", 1, 1, true, [2])).Answer);
        Assert.Equal(GateAnswer.Stale, Rules.Record(next, 3, 3, new("w2", 2, 1, true, [2])).Answer);
        Assert.Equal(GateAnswer.Superseded, Rules.Record(next, 4, 3, new("w1", 1, 1, true, [2])).Answer);
        Assert.Equal(ShardPhase.Done, Rules.Record(next, 3, 3, new("w1", 1, 1, true, [2])).Next.Phase);
        Assert.Equal(ShardPhase.Queued, Rules.Record(next, 3, 3, new("w1", 1, 1, true, [])).Next.Phase);
    }

    [Fact]
    public void Of_two_attempts_the_first_whole_report_wins()
    {
        var two = Rules.Speculate(Leased, 3, 3, 1, "w2", "w2/1")!;
        Assert.Equal((2, "w1"), (two.Attempt, two.Survivor!.Worker));
        var won = Rules.Record(two, 3, 3, new("w1", 1, 0, true, [1, 2]));
        Assert.Equal((GateAnswer.Recorded, ShardPhase.Done), (won.Answer, won.Next.Phase));
        Assert.Equal(GateAnswer.Stale, Rules.Record(two, 3, 3, new("w1", 1, 0, false, [1])).Answer);
        var begun = Rules.Record(two, 3, 3, new("w2", 2, 0, false, [1])).Next;
        Assert.Equal(GateAnswer.Stale, Rules.Record(begun, 3, 3, new("w1", 1, 0, true, [1, 2])).Answer);
        Assert.Equal((true, 2), (Rules.Return(two, 3, 3, "w1", 1).Accepted, Rules.Return(two, 3, 3, "w1", 1).Next.Attempt));
        Assert.Null(Rules.Speculate(two, 3, 3, 2, "w3", "w3/1"));
        Assert.Null(Rules.Speculate(Leased, 3, 3, 1, "w1", "w1/1"));
    }
}
