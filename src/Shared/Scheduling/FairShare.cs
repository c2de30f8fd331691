namespace AttnSweep.Scheduling;

/// <summary>
/// Whose turn it is: the higher priority first; between runs of one priority the one that has had the fewest device-seconds. Equal shares
/// of time, not of shards: a run of long shards is not favoured over one of short ones. Pure.
/// </summary>
public static class FairShare
{
    /// <summary>Runs in the order in which a device should look into them.</summary>
    public static IReadOnlyList<RunStanding> Order(IEnumerable<RunStanding> runs) =>
        [.. runs.OrderByDescending(run => run.Priority).ThenBy(run => run.UsedSeconds).ThenBy(run => run.RunId)];

    /// <summary>
    /// What a run that was submitted later begins with: it catches up with nobody, since the time before it came was not its to use.
    /// </summary>
    /// <param name="others">Runs of the same priority that are open when it begins.</param>
    public static double BeginsWith(IEnumerable<RunStanding> others) => others.Select(run => run.UsedSeconds).DefaultIfEmpty(0).Min();
}
