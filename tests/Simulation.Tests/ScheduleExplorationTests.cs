using System.Collections.Immutable;
using AttnSweep.Scheduling;
using AttnSweep.Simulation.Exploration;

namespace AttnSweep.Simulation.Tests;

/// <summary>No cell lost, none recorded twice, no grant of an old epoch: in thousands of schedules, and not without each protection.</summary>
public sealed class ScheduleExplorationTests
{
    private const int Shards = 3;
    private const int CellsPerShard = 4;
    private const int Steps = 80;

    [Fact]
    public async Task The_rules_hold_in_two_thousand_schedules()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            await ExploreAsync(new LeaseRules(), seed);
        }
    }

    [Fact]
    public async Task A_schedule_is_the_same_every_time() =>
        Assert.Equal(await ExploreAsync(new LeaseRules(), 7), await ExploreAsync(new LeaseRules(), 7));

    public static TheoryData<string> Protections => ["epoch", "attempt", "chunk", "cells", "number", "survivor"];

    [Theory, MemberData(nameof(Protections))]
    public async Task Without_a_protection_an_invariant_breaks(string without)
    {
        LeaseRules rules = without switch
        {
            "epoch" => new NoEpochs(),
            "attempt" => new AnyAttempt(),
            "chunk" => new AnyChunk(),
            "cells" => new AnyCells(),
            "number" => new SameNumber(),
            _ => new LateSurvivor(),
        };
        var broken = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            try
            {
                await ExploreAsync(rules, seed);
            }
            catch (BrokenInvariantException)
            {
                broken++;
            }
        }

        Assert.True(broken > 0, $"200 schedules do not notice that the protection of {without} is missing");
    }

    private static Task<IReadOnlyList<string>> ExploreAsync(LeaseRules rules, int seed) =>
        ScheduleExploration.RunAsync(new RuledShards(rules, Shards, CellsPerShard), seed, Steps, Shards * CellsPerShard);

    private sealed class NoEpochs : LeaseRules
    {
        protected override bool IsSuperseded(long current, long epoch) => false;
    }

    private sealed class AnyAttempt : LeaseRules
    {
        protected override bool Passes(LeaseRecord shard, ReportedChunk report) => shard.Phase == ShardPhase.Leased && shard.RecordedChunks == report.Chunk;
    }

    private sealed class AnyChunk : LeaseRules
    {
        protected override bool Passes(LeaseRecord shard, ReportedChunk report) =>
            shard.Phase == ShardPhase.Leased && shard.Attempt == report.Attempt && shard.Holder!.Worker == report.Worker;
    }

    private sealed class AnyCells : LeaseRules
    {
        protected override ImmutableArray<long> Admit(LeaseRecord shard, ReportedChunk report) => report.Cells;
    }

    private sealed class SameNumber : LeaseRules
    {
        protected override LeaseRecord Give(LeaseRecord shard, long epoch, string worker, string incarnation) =>
            base.Give(shard, epoch, worker, incarnation) with { Attempt = Math.Max(1, shard.Attempt), Holder = new LeaseHolder(worker, incarnation, Math.Max(1, shard.Attempt), epoch) };
    }

    private sealed class LateSurvivor : LeaseRules
    {
        protected override bool MayStillWin(LeaseRecord shard, ReportedChunk report) =>
            shard.Phase == ShardPhase.Leased && shard.Survivor is { } survivor && survivor.Attempt == report.Attempt;
    }
}
