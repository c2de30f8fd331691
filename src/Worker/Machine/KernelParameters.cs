namespace AttnSweep.Worker.Machine;

/// <summary>The parameters of the operating system's kernel that move times. The others name consoles and discs, and stay out of the store.</summary>
internal static class KernelParameters
{
    private static readonly string[] Known =
    [
        "mitigations", "isolcpus", "nohz_full", "rcu_nocbs", "nosmt", "maxcpus", "nr_cpus", "intel_pstate", "amd_pstate", "cpufreq.default_governor",
        "idle", "processor.max_cstate", "intel_idle.max_cstate", "cpuidle.off", "hugepages", "hugepagesz", "default_hugepagesz", "transparent_hugepage",
        "numa_balancing", "preempt", "clocksource", "tsc",
    ];

    /// <summary>In the order of the command line; the mode of transparent huge pages, which is set later too, as transparent_hugepage=mode.</summary>
    /// <param name="hugePages">As the kernel writes it: always [madvise] never.</param>
    public static string Of(string commandLine, string hugePages)
    {
        var given = commandLine.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(p => Known.Contains(p.Split('=')[0])).ToList();
        var (from, to) = (hugePages.IndexOf('['), hugePages.IndexOf(']'));
        if (from >= 0 && to > from)
        {
            given.RemoveAll(p => p.StartsWith("transparent_hugepage=", StringComparison.Ordinal));
            given.Add($"transparent_hugepage={hugePages[(from + 1)..to]}");
        }

        return string.Join(' ', given);
    }
}
