using System.Globalization;

namespace AttnSweep.Worker.Machine;

/// <summary>The largest resident set of this process, as Linux counts it (VmHWM).</summary>
internal static class PeakMemory
{
    /// <summary>The count begins anew at what is resident now. Where the system refuses, it goes on from the start of the process.</summary>
    public static void Reset()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The larger number is still a bound.
        }
    }

    /// <summary>Null where the system does not tell.</summary>
    public static long? Bytes()
    {
        try
        {
            return Parse(File.ReadAllText("/proc/self/status"));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>From the text of /proc/self/status. Pure.</summary>
    internal static long? Parse(string status)
    {
        var line = status.Split('\n').FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line?.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [_, var number, "kB"] && long.TryParse(number, CultureInfo.InvariantCulture, out var kilobytes)
            ? kilobytes << 10
            : null;
    }
}
