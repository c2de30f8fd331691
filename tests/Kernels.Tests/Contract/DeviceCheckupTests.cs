using AttnSweep.Catalogue;
using AttnSweep.Kernels.Contract;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Contract;

/// <summary>What `attnsweep doctor` says of a device. In the collection of own kernels, as they change how many kernels there are.</summary>
[Collection("own")]
public sealed class DeviceCheckupTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public void A_right_device_is_right_with_every_kernel()
    {
        using var device = new CpuSimdDevice(threads: 2);
        var result = DeviceCheckup.Run(device, deep: false, None);
        Assert.True(result.IsRight, string.Join('\n', result.Faults.Values));
        Assert.Equal(KernelCatalogue.All.Count - 1, result.Right);
        Assert.Equal([Own.KernelWithoutCode.TheName], result.Unsupported.Keys);
        Assert.InRange(result.WorstShare, 1e-6, 1);
    }

    [Fact]
    public void One_wrong_element_of_one_kernel_is_found_and_named()
    {
        using var device = new SpoiltDevice(output => output[^1] += 0.01f);
        var result = DeviceCheckup.Run(device, deep: false, None);
        Assert.False(result.IsRight);
        var (kernel, fault) = Assert.Single(result.Faults);
        Assert.Equal("window", kernel);
        Assert.Contains("is off by 0.01", fault, StringComparison.Ordinal);
        Assert.Contains("n = 5, d = 16", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_was_never_written_is_wrong()
    {
        using var device = new SpoiltDevice(output => output[0] = float.NaN);
        Assert.Contains("not a finite number", Assert.Single(DeviceCheckup.Run(device, deep: false, None).Faults).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_throws_is_a_fault_and_the_others_are_tried()
    {
        using var device = new SpoiltDevice(_ => throw new InvalidOperationException("the driver\nsays no"));
        var result = DeviceCheckup.Run(device, deep: false, None);
        Assert.Equal("InvalidOperationException: the driver says no (n = 5, d = 16, heads = 1, sigma = 1)", Assert.Single(result.Faults).Value);
        Assert.Equal(KernelCatalogue.All.Count - 2, result.Right);
    }

    /// <summary>cpu-simd with a wrong window kernel.</summary>
    private sealed class SpoiltDevice(Action<float[]> spoil) : IDevice
    {
        private readonly CpuSimdDevice _real = new(threads: 1);

        public DeviceInfo Info => _real.Info;

        public IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input) =>
            kernel.Name == "window" ? new SpoiltKernel(_real.Prepare(kernel, input), spoil) : _real.Prepare(kernel, input);

        public void Dispose() => _real.Dispose();
    }

    private sealed class SpoiltKernel(IPreparedKernel real, Action<float[]> spoil) : IPreparedKernel
    {
        public LaunchTiming Launch(int count) => real.Launch(count);

        public void ReadOutput(Span<float> output)
        {
            var read = new float[output.Length];
            real.ReadOutput(read);
            spoil(read);
            read.CopyTo(output);
        }

        public void Dispose() => real.Dispose();
    }
}
