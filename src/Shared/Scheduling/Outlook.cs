namespace AttnSweep.Scheduling;

/// <summary>What is left to do on one backend, and who does it.</summary>
/// <param name="QueuedSeconds">Estimated device time in the queue.</param>
/// <param name="LeasedSeconds">Estimated device time left of the shards in progress.</param>
/// <param name="Speed">Sum of the speeds of the devices that take part.</param>
public sealed record Outlook(double QueuedSeconds, double LeasedSeconds, double Speed)
{
    /// <summary>Seconds until the last device stops, if work could be divided at will.</summary>
    public double SecondsLeft => Speed > 0 ? (QueuedSeconds + LeasedSeconds) / Speed : double.PositiveInfinity;
}
