using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Kernels.Tests.Mutants;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Oclgrind;

/// <summary>
/// What <see cref="OclgrindTests"/> runs in child processes, where Oclgrind is the only OpenCL device: explicit, so that nobody
/// else runs them. Oclgrind compiles a kernel in about a second and then interprets it, so inputs are tiny and devices shared.
/// </summary>
[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed class OclgrindScenes
{
    /// <summary>Two heads and a tile that is not full; causal; then the wider tiles.</summary>
    private static readonly InputSpec[] Inputs =
    [
        AttentionKernelContract.Input(n: 37, d: 18, heads: 2), AttentionKernelContract.Input(n: 35, d: 20, causal: true),
        AttentionKernelContract.Input(n: 19, d: 66, causal: true), AttentionKernelContract.Input(n: 19, d: 130),
    ];

    public static TheoryData<string> Kernels => AttentionKernelContract.Kernels;

    [Theory(Explicit = true), MemberData(nameof(Kernels))]
    public void Right(string kernel)
    {
        // Materialised kernels have no tiles of their own for wide d.
        using var device = Open(DeviceCode.Own);
        foreach (var shape in kernel == "flash" ? Inputs : Inputs.Take(2))
            Run(device, shape, AttentionKernelContract.Variants(kernel, shape).ElementAt(^1));
    }

    [Fact(Explicit = true)]
    public void Unbounded()
    {
        using var device = Open(KernelMutants.Of("NoBoundsCheck"));
        Run(device, Inputs[0], KernelSpec.Plain("flash"));
    }

    /// <summary>Its build options leave out one barrier of the generated text.</summary>
    [Fact(Explicit = true)]
    public void Flash()
    {
        using var device = Open(DeviceCode.Own);
        Run(device, Inputs[0], KernelSpec.Plain("flash"));
    }

    private static IDevice Open(DeviceCode code)
    {
        var found = Assert.Single(DeviceCatalogue.Discover(new DeviceOptions()), d => d.Backend == Backends.OpenCl);
        Assert.Contains("Oclgrind", found.Driver, StringComparison.Ordinal);
        return IlgpuDevices.Open(found.Id, new DeviceOptions(), code);
    }

    private static void Run(IDevice device, InputSpec shape, KernelSpec kernel)
    {
        var input = AttentionInput.Create(shape);
        using var prepared = device.Prepare(kernel, input);
        var output = new float[input.Q.Length];
        prepared.ReadOutput(output);
        var verdict = new KernelVerifier(input, shape.N).Check(kernel, output);
        Assert.True(verdict.IsRight, $"{shape}: {verdict.WhyWrong}");
    }
}
