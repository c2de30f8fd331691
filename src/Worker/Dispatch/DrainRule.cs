using System.Globalization;

namespace AttnSweep.Worker.Dispatch;

/// <summary>
/// What becomes of the shards in progress when the worker is asked to end. Trials of a shard are interleaved, so that giving it back a
/// moment before its end costs all of it: one that seems to end within the grace may. Pure.
/// </summary>
internal static class DrainRule
{
    /// <summary>Sets the grace in seconds; 0 gives everything back at once.</summary>
    public const string GraceVariable = "ATTNSWEEP_DRAIN_SECONDS";

    public static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(3);

    /// <summary>How long after the grace what was given back may still wait for its acknowledgement.</summary>
    public static readonly TimeSpan Acknowledging = TimeSpan.FromSeconds(5);

    /// <summary>Of the longest grace; supervisors are given more than this before they kill.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(MostSeconds) + Acknowledging + TimeSpan.FromSeconds(2);

    private const int MostSeconds = 8;

    /// <param name="elapsed">Since the shard was begun.</param>
    /// <param name="share">Share of its stages done, 0..1; the stages left are taken to be as long as those before.</param>
    public static bool MayFinish(TimeSpan elapsed, double share, TimeSpan grace) => share > 0 && elapsed * ((1 - share) / share) <= grace;

    /// <exception cref="ArgumentException">The variable is no number of seconds between 0 and 8.</exception>
    public static TimeSpan GraceFromEnvironment(string? seconds) => seconds switch
    {
        null or "" => DefaultGrace,
        _ when double.TryParse(seconds, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= MostSeconds => TimeSpan.FromSeconds(number),
        _ => throw new ArgumentException($"{GraceVariable} is '{seconds}'; it is a number of seconds between 0 and {MostSeconds}", nameof(seconds)),
    };
}
