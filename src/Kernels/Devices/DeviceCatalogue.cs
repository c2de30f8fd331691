using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Protocol;

namespace AttnSweep.Kernels.Devices;

/// <summary>Finds and opens the devices of this machine. No driver, no device; never a silent fall-back.</summary>
public static class DeviceCatalogue
{
    /// <summary>A family of devices: one line for each.</summary>
    private sealed record Source(Func<DeviceOptions, IReadOnlyList<DeviceInfo>> Discover, Func<string, DeviceOptions, IDevice> Open);

    private static readonly Source[] Sources =
    [
        new(_ => [CpuSimdDevice.Describe()], (_, options) => new CpuSimdDevice(options.Threads)),
        new(IlgpuDevices.Discover, IlgpuDevices.Open),
    ];

    /// <summary>Every usable device, cpu-simd first. ilgpu-cpu is listed only when <paramref name="options"/> ask for it.</summary>
    public static IReadOnlyList<DeviceInfo> Discover(DeviceOptions options) => [.. Sources.SelectMany(s => s.Discover(options))];

    /// <exception cref="DeviceNotFoundException">There is no such device here; the message lists those that are.</exception>
    public static IDevice Open(string deviceId, DeviceOptions options)
    {
        var known = new List<string>();
        foreach (var source in Sources)
        {
            var devices = source.Discover(options);
            if (devices.Any(d => d.Id == deviceId))
            {
                return source.Open(deviceId, options);
            }

            known.AddRange(devices.Select(d => d.Id));
        }

        throw new DeviceNotFoundException($"No device '{deviceId}' on this machine; there are: {string.Join(", ", known)}.");
    }
}

/// <summary>How devices are opened.</summary>
/// <param name="Threads">Threads of the cpu-simd device (caller included); 0 means one per core that this process may use.</param>
/// <param name="IncludeIlgpuCpu">Offer ILGPU's CPU accelerator, for debugging.</param>
public sealed record DeviceOptions(int Threads = 0, bool IncludeIlgpuCpu = false);

public sealed class DeviceNotFoundException(string message) : Exception(message);
