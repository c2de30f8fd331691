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
    /// How many of several devices each run is offered, in turn. Runs of one priority first get equal numbers, then what the others had no
    /// shard for; a lower priority gets what is left then.
    /// </summary>
    public static IEnumerable<(RunStanding Run, int Devices)> Turns(IEnumerable<RunStanding> runs, int devices)
    {
        foreach (var equals in Order(runs).GroupBy(run => run.Priority))
        {
            var waiting = equals.ToList();
            for (var i = 0; waiting.Count > 1 && i < waiting.Count; i++)
            {
                var share = (devices / waiting.Count) + (i < devices % waiting.Count ? 1 : 0);
                if (share > 0)
                {
                    yield return (waiting[i], share);
                }
            }

            foreach (var run in waiting)
            {
                yield return (run, devices);
            }
        }
    }

    /// <summary>
    /// What a run that was submitted later begins with: it catches up with nobody, since the time before it came was not its to use.
    /// </summary>
    /// <param name="others">Runs of the same priority that are open when it begins.</param>
    public static double BeginsWith(IEnumerable<RunStanding> others) => others.Select(run => run.UsedSeconds).DefaultIfEmpty(0).Min();
}
