using System.Collections.Immutable;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>Which devices wait for an answer to their request, and which were sent away without work and are told when some appears. Pure.</summary>
/// <param name="Missed">Waiting devices whose answer may have been looked up before work appeared: an empty one is looked up again.</param>
internal sealed record GrantDesk(ImmutableHashSet<DeviceKey> Waiting, ImmutableHashSet<DeviceKey> Idle, ImmutableHashSet<DeviceKey> Missed)
{
    public static GrantDesk Empty { get; } = new([], [], []);

    /// <summary>
    /// Notes that a device waits for an answer to its request. False when it already does: a request sent again before the answer
    /// came must not take a second shard.
    /// </summary>
    public (bool First, GrantDesk Next) Wait(DeviceKey device) =>
        Waiting.Contains(device) ? (false, this) : (true, this with { Waiting = Waiting.Add(device), Idle = Idle.Remove(device) });

    /// <summary>The store has answered. With nothing to do the device is idle, or has to be looked up again where work appeared meanwhile.</summary>
    public (bool Again, GrantDesk Next) Answered(DeviceKey device, bool granted) =>
        !granted && Missed.Contains(device)
            ? (true, this with { Missed = Missed.Remove(device) })
            : (false, new GrantDesk(Waiting.Remove(device), !granted && Waiting.Contains(device) ? Idle.Add(device) : Idle, Missed.Remove(device)));

    /// <summary>Work appeared: the idle devices wait again.</summary>
    public (IReadOnlyList<DeviceKey> Wake, GrantDesk Next) Wake() =>
        ([.. Idle.OrderBy(d => d.Worker, StringComparer.Ordinal).ThenBy(d => d.DeviceId, StringComparer.Ordinal)], new GrantDesk(Waiting.Union(Idle), [], Waiting));

    /// <summary>A worker left or came anew: what it asked before is void.</summary>
    public GrantDesk Leave(string worker) => new(Without(Waiting, worker), Without(Idle, worker), Without(Missed, worker));

    private static ImmutableHashSet<DeviceKey> Without(ImmutableHashSet<DeviceKey> devices, string worker) =>
        devices.Except(devices.Where(device => device.Worker == worker));
}

internal sealed record DeviceKey(string Worker, string DeviceId);
