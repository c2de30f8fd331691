using System.Globalization;

namespace AttnSweep.Worker.Machine;

/// <summary>What Linux says of the processor at one moment. Null or 0 ticks is what it does not say.</summary>
/// <param name="Mhz">Mean clock of the cores: cpufreq's where there is one, else /proc/cpuinfo's (in a virtual machine a constant).</param>
/// <param name="TemperatureC">Of the warmest thermal zone.</param>
/// <param name="AllTicks">Time of all cores since the start, in the kernel's ticks; so are the next two.</param>
internal sealed record LinuxMoment(double? Mhz, double? TemperatureC, long AllTicks, long IdleTicks, long StolenTicks, double? LoadAverage)
{
    public static LinuxMoment Read() => Of(
        Text("/proc/stat"), Text("/proc/loadavg"), Text("/proc/cpuinfo"),
        Numbers("/sys/devices/system/cpu", "cpu[0-9]*", "cpufreq/scaling_cur_freq"), Numbers("/sys/class/thermal", "thermal_zone*", "temp"));

    /// <summary>From the text of the kernel's files. Pure.</summary>
    /// <param name="kilohertz">Of each core's cpufreq.</param>
    /// <param name="millidegrees">Of each thermal zone.</param>
    public static LinuxMoment Of(string stat, string load, string cpuInfo, IReadOnlyList<double> kilohertz, IReadOnlyList<double> millidegrees)
    {
        // cpu user nice system idle iowait irq softirq steal; guest time is contained in user.
        var all = stat.Split('\n').FirstOrDefault(l => l.StartsWith("cpu ", StringComparison.Ordinal)) ?? "";
        var ticks = all.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(t => long.TryParse(t, CultureInfo.InvariantCulture, out var n) ? n : 0).ToArray();
        var inInfo = cpuInfo.Split('\n').Where(l => l.StartsWith("cpu MHz", StringComparison.Ordinal))
            .Select(l => Number(l.Split(':')[^1])).OfType<double>().ToArray();
        return new LinuxMoment(
            kilohertz.Count > 0 ? kilohertz.Average() / 1000 : inInfo.Length > 0 ? inInfo.Average() : null,
            millidegrees.Count > 0 ? millidegrees.Max() / 1000 : null,
            ticks.Sum(), ticks.ElementAtOrDefault(3) + ticks.ElementAtOrDefault(4), ticks.ElementAtOrDefault(7),
            Number(load.Split(' ')[0]));
    }

    private static double? Number(string text) => double.TryParse(text.Trim(), CultureInfo.InvariantCulture, out var n) ? n : null;

    private static IReadOnlyList<double> Numbers(string folder, string entries, string file)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder, entries).Select(e => Number(Text(Path.Combine(e, file)))).OfType<double>()];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
