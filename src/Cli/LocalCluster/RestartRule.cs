namespace AttnSweep.Cli.LocalCluster;

/// <summary>Whether and when a process that died is started again. Pure: deaths are told, time is passed.</summary>
/// <param name="Deaths">When it died, oldest first.</param>
internal sealed record RestartRule(IReadOnlyList<DateTimeOffset> Deaths)
{
    /// <summary>More deaths than this within a minute are no accident.</summary>
    public const int MostPerMinute = 6;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static RestartRule New { get; } = new([]);

    /// <returns>The rule after this death, and how long to wait; null when it is hopeless.</returns>
    public (RestartRule Rule, TimeSpan? Wait) Died(DateTimeOffset now)
    {
        var recent = new RestartRule([.. Deaths.Where(d => now - d < TimeSpan.FromMinutes(1)), now]);
        var wait = First * Math.Pow(2, recent.Deaths.Count - 1);
        return (recent, recent.Deaths.Count > MostPerMinute ? null : wait < Longest ? wait : Longest);
    }
}
