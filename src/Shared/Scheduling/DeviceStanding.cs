using System.Collections.Immutable;

namespace AttnSweep.Scheduling;

/// <summary>A device that asks for a shard, as the scheduler sees it.</summary>
/// <param name="Worker">Its worker's name; a worker is one node.</param>
/// <param name="DeviceId">Unique on its worker.</param>
/// <param name="MemoryBytes">Memory that kernels may use.</param>
/// <param name="Labels">What the worker says of itself: <c>rack-2</c>, <c>numa</c>.</param>
/// <param name="LastInput">The input that it made last; its bits are still there.</param>
/// <param name="Speed">Estimated seconds of work that it does in a second: 1 where estimates fit it exactly.</param>
public sealed record DeviceStanding(
    string Worker, string DeviceId, string Backend, long MemoryBytes, ImmutableSortedSet<string> Labels, long? LastInput = null, double Speed = 1);

/// <summary>One device of one worker.</summary>
public sealed record DevicePlace(string Worker, string DeviceId);
