namespace AttnSweep.Scheduling;

/// <summary>
/// How much of a shard a device gets when the end is near: what it can do in half of the time that is left, the rest stays in the queue for
/// devices that would stand idle (factoring, Hummel, Schonberg and Flynn 1992). Every piece measures input and baseline anew, so that pieces
/// are not made smaller than what they cost. Pure.
/// </summary>
public static class TailRule
{
    /// <summary>Share of the time left that one grant may take.</summary>
    public const double Share = 0.5;

    /// <summary>A piece has at least this many times its own overhead, single cells excepted.</summary>
    public const double LeastWorkPerOverhead = 1;

    /// <returns>Cells to grant now, between 1 and the shard's count.</returns>
    public static int Cells(QueuedShard shard, double speed, Outlook outlook)
    {
        if (shard.Cells <= 1 || shard.Seconds / speed <= Share * outlook.SecondsLeft)
        {
            return shard.Cells;
        }

        var perCell = Math.Max((shard.Seconds - shard.OverheadSeconds) / shard.Cells, 1e-9);
        var wanted = Math.Max((Share * outlook.SecondsLeft * speed) - shard.OverheadSeconds, LeastWorkPerOverhead * shard.OverheadSeconds);
        return (int)Math.Clamp(Math.Ceiling(wanted / perCell), 1, shard.Cells);
    }

    /// <summary>
    /// Whether a shard decides when everything ends: begun on this device any later, it would outlast the rest. Fairness gives way to it,
    /// since giving another run its turn first would only make both wait.
    /// </summary>
    public static bool DecidesTheEnd(QueuedShard shard, double speed, Outlook outlook) =>
        shard.Cells <= 1 ? shard.Seconds / speed >= Share * outlook.SecondsLeft : shard.Seconds / shard.Cells / speed >= Share * outlook.SecondsLeft;

    /// <summary>
    /// Whether a device should leave a single long cell to a faster one: begun here it would end after everything else, begun by a device
    /// of average speed it would not.
    /// </summary>
    /// <param name="fastest">Speed of the fastest device that could take it.</param>
    public static bool IsTooSlowFor(QueuedShard shard, double speed, double fastest, Outlook outlook)
    {
        var smallest = shard.Cells <= 1 ? shard.Seconds : shard.OverheadSeconds + ((shard.Seconds - shard.OverheadSeconds) / shard.Cells);
        return speed < fastest && smallest / speed > outlook.SecondsLeft + (smallest / fastest);
    }
}
