namespace AttnSweep.Scheduling;

/// <summary>
/// A cell that ends its runner (crash or deadline) is tried on another device, at most three times in all, then set aside with its story.
/// Another device, because a broken device must not spend all the chances of a sound cell; three, because a broken cell must not end every
/// runner of the cluster. Pure.
/// </summary>
public static class RetryRule
{
    public const int MostTries = 3;

    /// <param name="failures">How often it has ended a runner.</param>
    public static AfterFailure Decide(int failures) => failures >= MostTries ? AfterFailure.SetAside : AfterFailure.TryElsewhere;

    /// <summary>Whether a device that the shard has ended leaves it to another one that could have it.</summary>
    /// <param name="able">Devices that meet the shard's needs, this one or not.</param>
    public static bool ShouldLeaveToOthers(DeviceStanding device, QueuedShard shard, IEnumerable<DeviceStanding> able) =>
        shard.FailedOn.Contains(new DevicePlace(device.Worker, device.DeviceId))
        && able.Any(other => other.Backend == device.Backend && !shard.FailedOn.Contains(new DevicePlace(other.Worker, other.DeviceId))
            && !shard.SiblingWorkers.Contains(other.Worker));
}

/// <summary>What becomes of a cell that ended its runner.</summary>
public enum AfterFailure
{
    TryElsewhere,

    /// <summary>It gets the outcome of its last failure.</summary>
    SetAside,
}
