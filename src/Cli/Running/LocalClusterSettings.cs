using AttnSweep.Cli.Problems;

namespace AttnSweep.Cli.Running;

/// <summary>How one machine is shared out between workers.</summary>
/// <param name="Threads">Of each worker's cpu-simd device; 0 shares the cores out.</param>
internal sealed record LocalClusterSettings
{
    public LocalClusterSettings(int workers, int threads, int cores)
    {
        if (workers is < 1 or > 64)
        {
            throw new UserProblemException($"--workers is {workers}; it is between 1 and 64");
        }

        if (threads < 0 || threads > cores)
        {
            throw new UserProblemException($"--threads is {threads}; it is between 1 and {cores}, the cores of this machine, or 0");
        }

        Workers = workers;
        Threads = threads > 0 ? threads : Math.Max(1, cores / workers);
        Warning = workers * Threads > cores
            ? $"{workers} workers of {Threads} threads share {cores} cores: their times disturb one another"
            : null;
    }

    public int Workers { get; }

    public int Threads { get; }

    /// <summary>What to tell before the times are trusted; null where there is nothing to say.</summary>
    public string? Warning { get; }
}
