using System.Globalization;

namespace AttnSweep.Cli.Benchmarks;

/// <summary>What the kernel tells of processes, from /proc.</summary>
internal static class ProcessFigures
{
    /// <summary>Clock ticks a second of /proc's times: sysconf(_SC_CLK_TCK), 100 on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Processor seconds of a process, its ended children included; 0 when it is gone.</summary>
    public static double CpuSeconds(int process) => Stat(process) is { } fields ? Enumerable.Range(11, 4).Sum(i => Number(fields[i])) / TicksPerSecond : 0;

    /// <summary>Processor seconds of a process and its living children.</summary>
    public static double CpuSecondsOfFamily(int parent) => CpuSeconds(parent) + Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
        .Where(id => id > 0 && Stat(id) is { } fields && (int)Number(fields[1]) == parent)
        .Sum(CpuSeconds);

    /// <summary>Resident memory in bytes; 0 when it is gone.</summary>
    public static long ResidentBytes(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2], CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>The fields after the name: 0 the state, 1 the parent, 11 to 14 processor time.</summary>
    private static string[]? Stat(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double Number(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
