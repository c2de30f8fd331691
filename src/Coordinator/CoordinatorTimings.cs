using System.Globalization;

namespace AttnSweep.Coordinator;

/// <summary>Every duration that the coordinator goes by, in one place.</summary>
/// <param name="LeaseDuration">A shard goes back to the queue when its lease was not renewed for this long.</param>
/// <param name="RenewEvery">How often workers renew: several renewals may be lost before a lease is.</param>
/// <param name="AskAgainAfter">Pace of an idle device: a fallback only, since it is told when work appears.</param>
/// <param name="AskAgainWhenAway">Pace of an idle device while the store is away.</param>
/// <param name="LostAfter">Grace between a node's being unreachable (itself some 6 s after its death) and the requeue of what its worker held.</param>
/// <param name="TidyEvery">Pace of the coordinator's own heartbeat, of expiry and of settling runs.</param>
/// <param name="SchedulesEvery">How often schedules are looked at.</param>
/// <param name="EpochRetry">First pause after an epoch could not be taken; it doubles up to <paramref name="EpochRetryLimit"/>.</param>
/// <param name="Quiet">A coordinator at another address whose heartbeat is younger than this keeps its epoch: several heartbeats may be late.</param>
public sealed record CoordinatorTimings(
    TimeSpan LeaseDuration, TimeSpan RenewEvery, TimeSpan AskAgainAfter, TimeSpan AskAgainWhenAway, TimeSpan LostAfter,
    TimeSpan TidyEvery, TimeSpan SchedulesEvery, TimeSpan EpochRetry, TimeSpan EpochRetryLimit, TimeSpan Quiet)
{
    /// <summary>Shortens leases where a test kills processes and will not wait.</summary>
    public const string LeaseVariable = "ATTNSWEEP_LEASE_SECONDS";

    public static CoordinatorTimings Default { get; } = WithLease(TimeSpan.FromSeconds(30));

    /// <summary>The defaults with a lease of this length, renewed six times in it.</summary>
    public static CoordinatorTimings WithLease(TimeSpan lease) => new(
        LeaseDuration: lease,
        RenewEvery: lease / 6,
        AskAgainAfter: TimeSpan.FromSeconds(5),
        AskAgainWhenAway: TimeSpan.FromSeconds(2),
        LostAfter: TimeSpan.FromSeconds(3),
        TidyEvery: TimeSpan.FromSeconds(1),
        SchedulesEvery: TimeSpan.FromSeconds(1),
        EpochRetry: TimeSpan.FromMilliseconds(500),
        EpochRetryLimit: TimeSpan.FromSeconds(10),
        Quiet: TimeSpan.FromSeconds(5));

    /// <exception cref="ArgumentException">The variable is no number of seconds between 2 and 3600.</exception>
    public static CoordinatorTimings FromEnvironment(string? leaseSeconds) => leaseSeconds switch
    {
        null or "" => Default,
        _ when double.TryParse(leaseSeconds, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 2 and <= 3600 =>
            WithLease(TimeSpan.FromSeconds(seconds)),
        _ => throw new ArgumentException($"{LeaseVariable} is '{leaseSeconds}'; it is a number of seconds between 2 and 3600", nameof(leaseSeconds)),
    };
}
