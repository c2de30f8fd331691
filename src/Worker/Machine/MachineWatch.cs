using AttnSweep.Results;

namespace AttnSweep.Worker.Machine;

/// <summary>Looks at the machine before and after a series: a clock that fell or a neighbour that came shows beside the time that it cost.</summary>
internal sealed class MachineWatch : IDisposable
{
    private const string CudaPrefix = "cuda:";

    private readonly Nvml? _nvml;

    /// <param name="deviceId">NVML is asked about a device of the backend cuda only.</param>
    public MachineWatch(string deviceId)
    {
        // NVML numbers GPUs by their place on the bus; CUDA does so with CUDA_DEVICE_ORDER=PCI_BUS_ID, which docs/gpu.md asks for.
        if (deviceId.StartsWith(CudaPrefix, StringComparison.Ordinal) && int.TryParse(deviceId[CudaPrefix.Length..], out var index))
        {
            _nvml = Nvml.TryOpen(index);
        }
    }

    public Moment Look() => new(LinuxMoment.Read(), _nvml?.Read());

    public void Dispose() => _nvml?.Dispose();

    /// <summary>What lies between two looks. Pure.</summary>
    public static MachineState Between(Moment before, Moment after)
    {
        double ticks = after.Linux.AllTicks - before.Linux.AllTicks;
        double? Share(long spent) => ticks > 0 ? Math.Clamp(spent / ticks, 0, 1) : null;
        var idle = Share(after.Linux.IdleTicks - before.Linux.IdleTicks);
        return new MachineState(
            before.Linux.Mhz, after.Linux.Mhz, after.Linux.TemperatureC, 1 - idle, Share(after.Linux.StolenTicks - before.Linux.StolenTicks), after.Linux.LoadAverage,
            before.Gpu is { } first && after.Gpu is { } last
                ? new GpuState(first.SmMhz, last.SmMhz, last.MemoryMhz, last.PowerWatts, last.TemperatureC, ThrottleReasons.Names(first.Reasons | last.Reasons))
                : null);
    }

    internal sealed record Moment(LinuxMoment Linux, GpuMoment? Gpu);
}

/// <summary>What NVML says of a GPU at one moment.</summary>
/// <param name="Reasons">NVML's mask of clock event reasons.</param>
internal sealed record GpuMoment(double? SmMhz, double? MemoryMhz, double? PowerWatts, double? TemperatureC, ulong Reasons);

/// <summary>The bits of NVML's mask that say that something held the clocks down (nvml.h, nvmlClocksEventReasons).</summary>
internal static class ThrottleReasons
{
    private static readonly (ulong Bit, string Name)[] Known =
        [(0x4, "sw-power-cap"), (0x8, "hw-slowdown"), (0x20, "sw-thermal"), (0x40, "hw-thermal"), (0x80, "power-brake")];

    public static IReadOnlyList<string> Names(ulong mask) => [.. Known.Where(k => (mask & k.Bit) != 0).Select(k => k.Name)];
}
