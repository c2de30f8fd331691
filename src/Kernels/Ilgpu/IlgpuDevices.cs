using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AttnSweep.Kernels.Devices;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using IDevice = AttnSweep.Kernels.Devices.IDevice;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>Finds and opens CUDA and OpenCL devices through ILGPU. No driver, no device: ILGPU's CPU device is never offered unasked.</summary>
public static class IlgpuDevices
{
    static IlgpuDevices() =>
        // Runtime packages carry only the versioned sonames; ILGPU asks for the development names.
        NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (name, assembly, path) =>
        {
            var versioned = name switch { "OpenCL" => "libOpenCL.so.1", "cuda" => "libcuda.so.1", _ => null };
            return versioned is not null && NativeLibrary.TryLoad(versioned, out var handle) ? handle : 0;
        });

    public static IReadOnlyList<DeviceInfo> Discover(DeviceOptions options)
    {
        using var context = CreateContext(options);
        return [.. Enumerate(context, options).Select(found => found.Info)];
    }

    /// <exception cref="DeviceNotFoundException">There is no such device here; the message lists those that are.</exception>
    public static IDevice Open(string deviceId, DeviceOptions options) => Open(deviceId, options, DeviceCode.Own);

    /// <summary>The same with chosen device functions.</summary>
    internal static IDevice Open(string deviceId, DeviceOptions options, DeviceCode code)
    {
        var context = CreateContext(options);
        try
        {
            var devices = Enumerate(context, options).ToList();
            foreach (var (info, device) in devices)
            {
                if (info.Id == deviceId)
                    return new IlgpuDevice(info, context, device.CreateAccelerator(context), code);
            }

            throw new DeviceNotFoundException(
                $"There is no ILGPU device '{deviceId}' here; there are: {(devices.Count == 0 ? "none" : string.Join(", ", devices.Select(d => d.Info.Id)))}.");
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    // O2 infers address spaces; at O1 the generated OpenCL C uses __generic, which PoCL refuses.
    private static Context CreateContext(DeviceOptions options) => Context.Create(builder =>
    {
        builder.EnableAlgorithms().Optimize(OptimizationLevel.O2).Profiling();
        builder.Cuda();
        builder.OpenCL(device => IsForCpus(device) || IsSupported(device));
        if (options.IncludeIlgpuCpu)
            builder.CPU(CPUDevice.Default);
    });

    private static IEnumerable<(DeviceInfo Info, Device Device)> Enumerate(Context context, DeviceOptions options)
    {
        int cuda = 0, opencl = 0;
        foreach (var device in context)
        {
            var (id, backend, driver) = device switch
            {
                CudaDevice d => ($"cuda:{cuda++}", Backends.Cuda, $"CUDA {d.DriverVersion}"),
                CLDevice d => ($"opencl:{opencl++}", Backends.OpenCl, $"{d.PlatformName} {d.DeviceVersion}"),
                _ => ("ilgpu-cpu", Backends.IlgpuCpu, "ILGPU CPU accelerator"),
            };
            // A context without drivers holds a CPU device that nobody asked for.
            if (device is CPUDevice && !options.IncludeIlgpuCpu)
                continue;
            if (device is CLDevice cl && IsForCpus(cl))
            {
                SetGenericAddressSpace(cl.Capabilities, true);
                if (cl.DeviceVersion < CLDeviceVersion.CL20)
                    SetDeviceVersion(cl, CLDeviceVersion.CL20);
            }

            yield return (new DeviceInfo(id, backend, device.Name, Memory(device), device.NumMultiprocessors, driver), device);
        }
    }

    // ILGPU's CPU device claims long.MaxValue.
    private static long Memory(Device device) => Math.Min(device.MemorySize, device is CPUDevice ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : long.MaxValue);

    /// <summary>PoCL, a driver, and Oclgrind, a checker that is there only where its library is named in OCL_ICD_VENDORS.</summary>
    private static bool IsForCpus(CLDevice device) =>
        device.PlatformName.Contains("Portable Computing Language", StringComparison.OrdinalIgnoreCase)
        || device.PlatformName.Equals("Oclgrind", StringComparison.OrdinalIgnoreCase);

    // ILGPU's own condition. Not CVersion: drivers of OpenCL 3.0 may announce C 1.2 there and still compile later versions.
    private static bool IsSupported(CLDevice device) => device.CLStdVersion >= CLCVersion.CL20 && device.Capabilities.GenericAddressSpace;

    // Neither announces the generic address space that ILGPU demands; at O2 the kernels here never use it.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    private static extern void SetGenericAddressSpace(CLCapabilityContext capabilities, bool value);

    // Oclgrind announces OpenCL 1.2, yet its compiler takes the work_group_barrier of 2.0.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_DeviceVersion")]
    private static extern void SetDeviceVersion(CLDevice device, CLDeviceVersion value);
}
