using AttnSweep.Kernels.Devices;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Ilgpu;

/// <summary>The kernels as generated OpenCL C on the first OpenCL device here; without a GPU that is PoCL, on the processor.</summary>
[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed class OpenClKernelTests : AttentionKernelContract
{
    protected override IDevice Open() => OpenClDevice.Open();
}

internal static class OpenClDevice
{
    /// <summary>Opens the first OpenCL device. Without one the test fails where CI is true, and is skipped, with the reason, elsewhere.</summary>
    public static IDevice Open()
    {
        var device = DeviceCatalogue.Discover(new DeviceOptions()).FirstOrDefault(d => d.Backend == Backends.OpenCl);
        if (device is null)
        {
            const string reason = "No OpenCL device here: install an OpenCL driver (on Debian: pocl-opencl-icd and ocl-icd-libopencl1).";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        return DeviceCatalogue.Open(device.Id, new DeviceOptions());
    }
}
