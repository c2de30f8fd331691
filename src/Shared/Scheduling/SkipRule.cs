using System.Collections.Immutable;
using AttnSweep.Results;

namespace AttnSweep.Scheduling;

/// <summary>
/// Out of memory and out of time are monotone: where a kernel ended so on a device class at (n, d), it will at every (n', d') with n' at least
/// n and d' at least d, with the same or more heads. Such cells are skipped with the reason, not tried. Only the smallest are kept. Pure.
/// </summary>
/// <param name="Limits">What is known; none covers another.</param>
public sealed record SkipRule(ImmutableList<KnownLimit> Limits)
{
    public static SkipRule Empty { get; } = new([]);

    /// <summary>Takes in how a cell ended; outcomes that are not monotone change nothing.</summary>
    public SkipRule Learn(KnownLimit limit) =>
        limit.Outcome is not (Outcome.OutOfMemory or Outcome.TimedOut) || Limits.Any(known => known.Covers(limit))
            ? this
            : new SkipRule(Limits.RemoveAll(limit.Covers).Add(limit));

    /// <summary>Why a cell is not to be tried on a device class; null where nothing speaks against it.</summary>
    public string? Why(string variant, string deviceClass, int heads, int n, int d) =>
        Limits.FirstOrDefault(limit => limit.Variant == variant && limit.DeviceClass == deviceClass && limit.Heads <= heads && limit.N <= n && limit.D <= d)?.Reason;
}

/// <param name="Variant">Kernel with its parameters as the sweep file wrote them.</param>
/// <param name="DeviceClass">Backend and the device's name: all that are alike.</param>
public sealed record KnownLimit(string Variant, string DeviceClass, int Heads, int N, int D, Outcome Outcome)
{
    public string Reason => FormattableString.Invariant($"{Variant} was {Outcome.Name()} at n={N} d={D} on {DeviceClass}: larger ones are not tried");

    internal bool Covers(KnownLimit other) =>
        Variant == other.Variant && DeviceClass == other.DeviceClass && Heads <= other.Heads && N <= other.N && D <= other.D;
}
