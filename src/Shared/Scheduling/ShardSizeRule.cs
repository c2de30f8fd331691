namespace AttnSweep.Scheduling;

/// <summary>
/// How long a shard should take. Long enough that its overhead (input, dense baseline, two messages) is small beside it; short enough that
/// every device gets some twenty of them, so that the last ones are a small part of the whole and little is lost with a worker. Pure.
/// </summary>
public static class ShardSizeRule
{
    public const double LeastSeconds = 2;
    public const double MostSeconds = 60;

    /// <summary>Shards per device that keep the end short: the last one of each is a twentieth of the whole.</summary>
    public const double PerDevice = 20;

    /// <param name="totalSeconds">Estimated device time of the sweep on one backend.</param>
    /// <param name="devices">Devices of that backend; 0 where none is known yet.</param>
    public static double Seconds(double totalSeconds, int devices) =>
        Math.Clamp(totalSeconds / (Math.Max(devices, 1) * PerDevice), LeastSeconds, devices == 0 ? 5 : MostSeconds);
}
