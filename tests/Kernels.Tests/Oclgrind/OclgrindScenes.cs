using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Oclgrind;

/// <summary>What the child process runs, on Oclgrind as its only OpenCL device. Explicit: nothing but OclgrindTests asks for them.</summary>
[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed class OclgrindScenes
{
    [Fact(Explicit = true)]
    public void Every_kernel_at_sizes_that_no_tile_divides()
    {
        foreach (var shape in new[] { new InputSpec(InputModels.Independent, 2, 35, 18, 1, 7, false), new InputSpec(InputModels.Independent, 1, 21, 66, 1, 7, true) })
        {
            foreach (var kernel in new[] { "block-topk", "flash", "window" })
            foreach (var spec in AttentionKernelContract.Variants(kernel, shape).Take(3))
            {
                using var device = DeviceCatalogue.Open("opencl:0", new DeviceOptions());
                Console.Error.WriteLine($"{kernel} {device.Info.Name} {device.Info.Driver} {spec.Variant} {System.Diagnostics.Stopwatch.GetTimestamp() / 1000000}");
                var input = AttentionInput.Create(shape);
                using var prepared = device.Prepare(spec, input);
                var output = new float[input.Q.Length];
                prepared.ReadOutput(output);
                var verdict = new KernelVerifier(input, shape.N).Check(spec, output);
                Assert.True(verdict.IsRight, $"{shape}: {verdict.WhyWrong}");
            }
        }
    }
}
