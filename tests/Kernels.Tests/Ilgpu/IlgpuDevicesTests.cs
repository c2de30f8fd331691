using AttnSweep.Kernels.Devices;
using AttnSweep.Sweeps;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace AttnSweep.Kernels.Tests.Ilgpu;

[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed class IlgpuDevicesTests
{
    [Fact]
    public void The_simulated_device_is_never_offered_unasked()
    {
        Assert.DoesNotContain(DeviceCatalogue.Discover(new DeviceOptions()), d => d.Backend == Backends.IlgpuCpu);
        Assert.Throws<DeviceNotFoundException>(() => DeviceCatalogue.Open("ilgpu-cpu", new DeviceOptions()));
    }

    [Fact]
    public void The_simulated_device_has_the_memory_of_the_machine()
    {
        var device = Assert.Single(DeviceCatalogue.Discover(new DeviceOptions(IncludeIlgpuCpu: true)), d => d.Backend == Backends.IlgpuCpu);
        Assert.InRange(device.MemoryBytes, 1 << 20, 1L << 50);
    }

    [Fact]
    public void Device_identities_are_unique()
    {
        var devices = DeviceCatalogue.Discover(new DeviceOptions(IncludeIlgpuCpu: true));
        Assert.Distinct(devices.Select(d => d.Id));
    }

    [Fact]
    public void An_access_outside_a_view_is_recorded()
    {
        using var assertions = new AssertionRecorder();
        using var context = Context.Create(b => b.CPU(CPUDevice.Default));
        using var accelerator = context.CreateCPUAccelerator(0);
        using var buffer = accelerator.Allocate1D<float>(8);
        var kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(FaultyKernels.ReadBeyondTheEnd);
        kernel(4, buffer.View.SubView(0, 4));
        accelerator.Synchronize();
        Assert.NotEmpty(assertions.Failures);
    }
}

/// <summary>Public: ILGPU's CPU backend emits code of another assembly that names it.</summary>
public static class FaultyKernels
{
    /// <summary>Reads the element after the view's last: inside the buffer, so that nothing but the check can notice.</summary>
    public static void ReadBeyondTheEnd(Index1D index, ArrayView<float> view) => view[index] = view[index + 1];
}
