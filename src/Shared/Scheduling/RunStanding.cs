using System.Collections.Immutable;

namespace AttnSweep.Scheduling;

/// <summary>A run that may be granted from, as the scheduler sees it.</summary>
/// <param name="Priority">Higher first.</param>
/// <param name="UsedSeconds">Device-seconds that it has had, attempts in progress included.</param>
/// <param name="Requires">Labels that a worker must have.</param>
public sealed record RunStanding(long RunId, int Priority, double UsedSeconds, ImmutableSortedSet<string> Requires);
