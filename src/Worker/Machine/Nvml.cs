using System.Runtime.InteropServices;

namespace AttnSweep.Worker.Machine;

/// <summary>
/// The few calls of NVIDIA's management library that a measurement wants, found when the program runs: no driver, no binding. What a call
/// refuses is null. It has never run on a real GPU (docs/measuring.md); its loading and its absence are tested.
/// </summary>
internal sealed unsafe class Nvml : IDisposable
{
    private const int Success = 0;
    private const int ClockSm = 1;
    private const int ClockMemory = 2;
    private const int TemperatureGpu = 0;

    private readonly nint _library;
    private readonly nint _device;
    private readonly delegate* unmanaged<nint, int, uint*, int> _clock;
    private readonly delegate* unmanaged<nint, uint*, int> _power;
    private readonly delegate* unmanaged<nint, int, uint*, int> _temperature;
    private readonly delegate* unmanaged<nint, ulong*, int> _reasons;
    private readonly delegate* unmanaged<int> _shutdown;

    private Nvml(nint library, nint device)
    {
        (_library, _device) = (library, device);
        _clock = (delegate* unmanaged<nint, int, uint*, int>)Export(library, "nvmlDeviceGetClockInfo");
        _power = (delegate* unmanaged<nint, uint*, int>)Export(library, "nvmlDeviceGetPowerUsage");
        _temperature = (delegate* unmanaged<nint, int, uint*, int>)Export(library, "nvmlDeviceGetTemperature");
        // Renamed in driver 535; both names give the same mask.
        var reasons = Export(library, "nvmlDeviceGetCurrentClocksEventReasons");
        _reasons = (delegate* unmanaged<nint, ulong*, int>)(reasons != 0 ? reasons : Export(library, "nvmlDeviceGetCurrentClocksThrottleReasons"));
        _shutdown = (delegate* unmanaged<int>)Export(library, "nvmlShutdown");
    }

    /// <summary>Null where the library, or in it the device, is not to be had.</summary>
    public static Nvml? TryOpen(int index, string name = "libnvidia-ml.so.1")
    {
        if (!NativeLibrary.TryLoad(name, out var library))
        {
            return null;
        }

        nint device = 0;
        var initialise = (delegate* unmanaged<int>)Export(library, "nvmlInit_v2");
        var find = (delegate* unmanaged<uint, nint*, int>)Export(library, "nvmlDeviceGetHandleByIndex_v2");
        if (initialise == null || find == null || initialise() != Success)
        {
            NativeLibrary.Free(library);
            return null;
        }

        var nvml = new Nvml(library, find((uint)index, &device) == Success ? device : 0);
        if (device != 0)
        {
            return nvml;
        }

        nvml.Dispose();
        return null;
    }

    public GpuMoment Read()
    {
        uint value = 0;
        ulong reasons = 0;
        return new GpuMoment(
            _clock != null && _clock(_device, ClockSm, &value) == Success ? value : null,
            _clock != null && _clock(_device, ClockMemory, &value) == Success ? value : null,
            _power != null && _power(_device, &value) == Success ? value / 1000.0 : null,
            _temperature != null && _temperature(_device, TemperatureGpu, &value) == Success ? value : null,
            _reasons != null && _reasons(_device, &reasons) == Success ? reasons : 0);
    }

    public void Dispose()
    {
        if (_shutdown != null)
        {
            _shutdown();
        }

        NativeLibrary.Free(_library);
    }

    private static nint Export(nint library, string name) => NativeLibrary.TryGetExport(library, name, out var address) ? address : 0;
}
