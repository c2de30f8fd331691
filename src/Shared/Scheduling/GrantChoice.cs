namespace AttnSweep.Scheduling;

/// <summary>
/// Which shard a device gets. In this order: what it may have at all (<see cref="PlacementRule"/>); the run whose turn it is
/// (<see cref="FairShare"/>), unless a shard of another run of that priority decides the end (<see cref="TailRule.DecidesTheEnd"/>); in the run
/// the input that the device has just made, if that shard is not much shorter than the longest; else the longest. Pure.
/// </summary>
public static class GrantChoice
{
    /// <summary>A shard on the device's last input may be this much shorter than the longest: long shards first is what keeps the end short.</summary>
    public const double AffinityShare = 0.5;

    /// <param name="runs">Runs that may be granted from (<see cref="BudgetRule"/> permits them).</param>
    /// <param name="candidates">Of each run some shards of the device's backend, the longest first.</param>
    /// <param name="others">Devices that are present.</param>
    /// <param name="fastest">Speed of the fastest device of this backend.</param>
    /// <returns>Null where nothing fits.</returns>
    public static GrantDecision? Choose(
        DeviceStanding device, IReadOnlyCollection<RunStanding> runs, Func<long, IEnumerable<QueuedShard>> candidates,
        IReadOnlyCollection<DeviceStanding> others, Outlook outlook, double fastest)
    {
        QueuedShard? turn = null;
        var priority = 0;
        foreach (var run in FairShare.Order(runs))
        {
            if (turn is not null && run.Priority < priority)
            {
                break;
            }

            if (BestOf(device, run, candidates(run.RunId), others, outlook, fastest) is not { } best)
            {
                continue;
            }

            if (turn is null)
            {
                (turn, priority) = (best, run.Priority);
            }

            if (TailRule.DecidesTheEnd(best, device.Speed, outlook) && best.Seconds / best.Cells > turn.Seconds / turn.Cells)
            {
                turn = best;
            }
        }

        return turn is null ? null : new GrantDecision(turn.ShardId, TailRule.Cells(turn, device.Speed, outlook));
    }

    private static QueuedShard? BestOf(
        DeviceStanding device, RunStanding run, IEnumerable<QueuedShard> shards, IReadOnlyCollection<DeviceStanding> others, Outlook outlook, double fastest)
    {
        QueuedShard? longest = null;
        foreach (var shard in shards)
        {
            if (!PlacementRule.Fits(device, run, shard, others) || ShouldLeaveToFaster(device, run, shard, others, outlook, fastest))
            {
                continue;
            }

            if (longest is null)
            {
                longest = shard;
            }

            if (shard.Seconds < AffinityShare * longest.Seconds || device.LastInput is null)
            {
                break;
            }

            if (shard.InputId == device.LastInput)
            {
                return shard;
            }
        }

        return longest;
    }

    /// <summary>The fastest of all is looked at first: only where it would be sooner are those sought that may have the shard.</summary>
    private static bool ShouldLeaveToFaster(
        DeviceStanding device, RunStanding run, QueuedShard shard, IReadOnlyCollection<DeviceStanding> others, Outlook outlook, double fastest) =>
        TailRule.IsTooSlowFor(shard, device.Speed, fastest, outlook)
        && TailRule.IsTooSlowFor(
            shard, device.Speed,
            others.Where(o => o.Backend == device.Backend && PlacementRule.Fits(o, run, shard, others)).Select(o => o.Speed).DefaultIfEmpty(0).Max(), outlook);
}

/// <param name="Cells">How many of its cells to grant; the others stay in the queue as a shard of their own.</param>
public sealed record GrantDecision(long ShardId, int Cells);
