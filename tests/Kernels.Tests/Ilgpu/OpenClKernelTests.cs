using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Ilgpu;

/// <summary>The kernels as generated OpenCL C on the first OpenCL device here; without a GPU that is PoCL, on the processor.</summary>
[Trait("Backend", "ilgpu"), Trait("Category", "slow"), Collection("ilgpu")]
public sealed class OpenClKernelTests : AttentionKernelContract
{
    protected override IDevice Open() => OpenClDevice.Open();

    /// <summary>Tiles hold vectors of four columns, in three widths: what a last vector has too many must not count.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(61)]
    [InlineData(65)]
    [InlineData(130)]
    [InlineData(255)]
    public void Head_dimensions_that_no_vector_divides_are_right(int d)
    {
        using var device = Open();
        foreach (var shape in new[] { Input(n: 45, d, heads: 2), Input(n: 45, d, causal: true) })
        {
            var input = AttentionInput.Create(shape);
            var verifier = new KernelVerifier(input, shape.N);
            foreach (var kernel in OneOfEach(shape))
            {
                using var prepared = device.Prepare(kernel, input);
                var output = new float[input.Q.Length];
                prepared.Launch(1);
                prepared.ReadOutput(output);
                var verdict = verifier.Check(kernel, output);
                Assert.True(verdict.IsRight, $"{shape}: {verdict.WhyWrong}");
            }
        }
    }
}

internal static class OpenClDevice
{
    /// <summary>Opens the first OpenCL device. Without one the test fails where CI is true, and is skipped, with the reason, elsewhere.</summary>
    public static IDevice Open() => Open(DeviceCode.Own);

    /// <summary>The same with chosen device functions.</summary>
    public static IDevice Open(DeviceCode code)
    {
        var device = DeviceCatalogue.Discover(new DeviceOptions()).FirstOrDefault(d => d.Backend == Backends.OpenCl);
        if (device is null)
            Missing.FailOrSkip("No OpenCL device here: install an OpenCL driver (on Debian: pocl-opencl-icd and ocl-icd-libopencl1).");
        return IlgpuDevices.Open(device!.Id, new DeviceOptions(), code);
    }
}
