namespace AttnSweep.Scheduling;

/// <summary>
/// When a device has nothing to do, it may begin a second attempt of a shard that another still works on. Both go on; the first that
/// reports has it, and fencing turns the other away. It pays where this device would be done well before that one. Pure.
/// </summary>
public static class SpeculationRule
{
    /// <summary>The second attempt must be expected to end in at most this share of the time that the first still needs.</summary>
    public const double MostOfTheRest = 0.7;

    /// <summary>An attempt younger than this is left alone: nothing is known of its pace.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Below this share of a shard its pace tells little.</summary>
    private const double TellingShare = 0.05;

    /// <param name="running">Shards in progress on other devices, of the device's backend.</param>
    /// <returns>The shard that gains most by it; null where none would.</returns>
    public static RunningShard? Choose(DeviceStanding device, IEnumerable<RunningShard> running, Func<RunningShard, bool> fits) =>
        running
            .Where(shard => shard.Worker != device.Worker && !shard.HasTwo && shard.Elapsed >= Patience.TotalSeconds && fits(shard))
            .Select(shard => (shard, here: shard.Seconds / device.Speed, there: SecondsLeft(shard)))
            .Where(at => at.here <= MostOfTheRest * at.there)
            .OrderByDescending(at => at.there - at.here).ThenBy(at => at.shard.ShardId)
            .Select(at => at.shard)
            .FirstOrDefault();

    /// <summary>
    /// By its own pace once that tells something; before, by its estimate; beyond the estimate it is taken to need as long again as it
    /// has had: the longer something is late, the longer it will be.
    /// </summary>
    public static double SecondsLeft(RunningShard shard) => shard switch
    {
        { Share: >= TellingShare } => shard.Elapsed * (1 - shard.Share) / shard.Share,
        _ when shard.Elapsed < shard.Seconds / shard.Speed => (shard.Seconds / shard.Speed) - shard.Elapsed,
        _ => shard.Elapsed,
    };
}

/// <summary>A shard in progress.</summary>
/// <param name="Seconds">Its estimate.</param>
/// <param name="Speed">Of the device that works on it.</param>
/// <param name="Elapsed">Seconds since it was granted.</param>
/// <param name="Share">Share of it done, as its holder last said.</param>
/// <param name="HasTwo">A second attempt of it is under way already.</param>
public sealed record RunningShard(long ShardId, long RunId, int Attempt, string Worker, double Seconds, double Speed, double Elapsed, double Share, bool HasTwo);
