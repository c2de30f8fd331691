namespace AttnSweep.Scheduling;

/// <summary>
/// A device is put under quarantine when it fails what others complete: at least <see cref="LeastCells"/> different cells that crashed, timed
/// out or came out wrong on it have ended ok elsewhere, and these are at least <see cref="LeastShare"/> of what it has decided in the same
/// time. A cell that fails everywhere speaks against the cell, never against a device. It gets nothing until it is released. Pure.
/// </summary>
public static class QuarantineRule
{
    public const int LeastCells = 3;
    public const double LeastShare = 0.2;

    /// <summary>Records older than this are forgotten: a driver that was replaced deserves a fresh look.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(6);

    /// <param name="failedHereOnly">Different cells that failed on it and ended ok on another device.</param>
    /// <param name="completed">Cells that ended ok on it.</param>
    /// <returns>Why it is put under quarantine; null where it is not.</returns>
    public static string? Why(int failedHereOnly, int completed) =>
        failedHereOnly >= LeastCells && failedHereOnly >= LeastShare * (failedHereOnly + completed)
            ? $"{failedHereOnly} cells failed here and ended ok elsewhere; {completed} ended ok here"
            : null;
}
