using AttnSweep.Protocol;

namespace AttnSweep.Kernels.Devices;

/// <summary>Finds and opens the devices of this machine. No driver, no device; never a silent fall-back.</summary>
public static class DeviceCatalogue
{
    /// <summary>Every usable device, cpu-simd first. ilgpu-cpu is listed only when <paramref name="options"/> ask for it.</summary>
    public static IReadOnlyList<DeviceInfo> Discover(DeviceOptions options) => throw new NotImplementedException();

    /// <exception cref="DeviceNotFoundException">There is no such device here; the message lists those that are.</exception>
    public static IDevice Open(string deviceId, DeviceOptions options) => throw new NotImplementedException();
}

/// <summary>How devices are opened.</summary>
/// <param name="Threads">Threads of the cpu-simd device (caller included); 0 means one per core that this process may use.</param>
/// <param name="IncludeIlgpuCpu">Offer ILGPU's CPU accelerator, for debugging.</param>
public sealed record DeviceOptions(int Threads = 0, bool IncludeIlgpuCpu = false);

public sealed class DeviceNotFoundException(string message) : Exception(message);
