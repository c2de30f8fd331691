using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using AttnSweep.Protocol;

namespace AttnSweep.Worker.Machine;

/// <summary>The environment that times depend on, read once when the worker starts.</summary>
internal static class NodeFacts
{
    private const string Code = "code";
    private static readonly string[] RuntimeSwitches = ["DOTNET_Enable", "DOTNET_Tiered", "DOTNET_TC_", "DOTNET_ReadyToRun", "DOTNET_gc", "DOTNET_PreferredVectorBitWidth"];

    public static NodeInfo Read(WorkerOptions options)
    {
        var facts = Parse(
            Text("/proc/cpuinfo"), Text("/proc/meminfo"), Text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            Environment.ProcessorCount, options.Threads, options.CodeVersion, KernelParameters.Of(Text("/proc/cmdline"), Text("/sys/kernel/mm/transparent_hugepage/enabled")),
            Text("/proc/driver/nvidia/version"));
        return new NodeInfo(options.Name, Environment.MachineName, Environment.ProcessId, options.CodeVersion, facts, Fingerprint(facts)) { Labels = options.Labels };
    }

    internal static ImmutableSortedDictionary<string, string> Parse(
        string cpuInfo, string memInfo, string governor, int cores, int threads, string codeVersion, string kernelParameters = "", string nvidia = "") => new Dictionary<string, string>
        {
            ["cpu"] = Field(cpuInfo, "model name") ?? Field(cpuInfo, "Hardware") ?? RuntimeInformation.ProcessArchitecture.ToString(),
            ["cores"] = cores.ToString(CultureInfo.InvariantCulture),
            ["threads"] = (threads > 0 ? threads : cores).ToString(CultureInfo.InvariantCulture),
            ["memory"] = Gibibytes(Field(memInfo, "MemTotal")),
            ["governor"] = governor.Trim() is { Length: > 0 } known ? known : "unknown",
            ["simd"] = Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : Vector128.IsHardwareAccelerated ? "128" : "none",
            ["os"] = RuntimeInformation.OSDescription,
            ["kernel-parameters"] = kernelParameters,
            ["nvidia-driver"] = nvidia.Split('\n')[0].Trim() is { Length: > 0 } driver ? driver : "none",
            ["runtime-settings"] = RuntimeSettings(),
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            [Code] = codeVersion,
        }.ToImmutableSortedDictionary();

    /// <summary>Over the facts of the machine in order: each of them is known to move times. The code is what comparisons are about, so it stays out.</summary>
    internal static string Fingerprint(ImmutableSortedDictionary<string, string> facts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', facts.Where(f => f.Key != Code).Select(f => $"{f.Key}={f.Value}")))));

    /// <summary>What the environment tells the runtime about code generation: each of these moves times.</summary>
    private static string RuntimeSettings() => string.Join(' ', Environment.GetEnvironmentVariables().Keys.Cast<string>()
        .Where(name => RuntimeSwitches.Any(s => name.StartsWith(s, StringComparison.OrdinalIgnoreCase))).Order(StringComparer.Ordinal)
        .Select(name => $"{name}={Environment.GetEnvironmentVariable(name)}"));

    /// <summary>Whole GiB: the kernel keeps some kilobytes more or less for itself at every boot.</summary>
    private static string Gibibytes(string? total) =>
        total?.Split(' ') is [var number, "kB"] && double.TryParse(number, CultureInfo.InvariantCulture, out var kilobytes)
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(kilobytes / (1 << 20))} GiB")
            : "unknown";

    private static string? Field(string text, string name) => text.Split('\n')
        .Select(line => line.Split(':', 2))
        .Where(parts => parts.Length == 2 && parts[0].Trim() == name)
        .Select(parts => parts[1].Trim())
        .FirstOrDefault();

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
