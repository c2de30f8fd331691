namespace AttnSweep.Scheduling;

/// <summary>
/// How long the rest takes. Estimates are corrected by what shards like these have really taken (per backend, with little weight while
/// there are few), and what is left is divided among the devices that work. The backend that ends last decides. Pure.
/// </summary>
public static class EtaRule
{
    /// <summary>As if this many seconds of work had gone exactly as estimated: a handful of shards moves the forecast little.</summary>
    public const double PriorSeconds = 10;

    /// <returns>Seconds; null where something is left that no device works on.</returns>
    public static double? SecondsLeft(IEnumerable<BackendPace> backends)
    {
        var most = 0.0;
        foreach (var pace in backends.Where(pace => pace.LeftSeconds > 0))
        {
            if (pace.Devices <= 0)
            {
                return null;
            }

            most = Math.Max(most, pace.LeftSeconds * Correction(pace) / pace.Devices);
        }

        return most;
    }

    /// <summary>Real over estimated seconds of what is done.</summary>
    public static double Correction(BackendPace pace) => (pace.RealSeconds + PriorSeconds) / (pace.EstimatedSeconds + PriorSeconds);
}

/// <summary>How work on one backend stands.</summary>
/// <param name="LeftSeconds">Estimated device time without a result.</param>
/// <param name="Devices">Devices that work on it.</param>
/// <param name="EstimatedSeconds">Estimated device time of the shards that are done.</param>
/// <param name="RealSeconds">Device time that these took.</param>
public sealed record BackendPace(string Backend, double LeftSeconds, double Devices, double EstimatedSeconds, double RealSeconds);
