using AttnSweep.Catalogue;
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
public sealed class OclgrindScenes : IDisposable
{
    // Kept to the end: Oclgrind 21.10 gives the place of a freed buffer to the next, but remembers the old one's size where it checks for
    // uninitialised values, and reports what lies beyond.
    private readonly List<IDisposable> _open = [];

    /// <summary>Two heads and a tile that is not full; causal; then the wider tiles.</summary>
    private static readonly InputSpec[] Inputs =
    [
        AttentionKernelContract.Input(n: 37, d: 18, heads: 2), AttentionKernelContract.Input(n: 35, d: 20, causal: true),
        AttentionKernelContract.Input(n: 19, d: 66, causal: true), AttentionKernelContract.Input(n: 19, d: 130),
    ];

    /// <summary>One device, so that what kernels share is compiled once.</summary>
    [Fact(Explicit = true)]
    public void Right()
    {
        var device = Open(DeviceCode.Own);
        foreach (var name in KernelCatalogue.All.Select(k => k.Name))
        {
            // The wide shapes run the same lines with other constants.
            foreach (var shape in name is "flash" or "hyper" ? Inputs : Inputs[..2])
            {
                // The middle one keeps some keys and not others.
                var variants = AttentionKernelContract.Variants(name, shape).ToList();
                var kernel = variants[variants.Count / 2];
                Console.WriteLine($"{kernel.Variant} on {shape}");
                Run(device, shape, kernel);
            }
        }

        // A part that is estimated in every causal recursion, and an exact one beside it.
        Run(device, Inputs[1], AttentionKernelContract.Spec("hyper", ("bits", 5), ("block", 8), ("samples", 5), ("minimum", 4)));
        Run(device, Inputs[1], AttentionKernelContract.Spec("threshold", ("margin", 2)));
    }

    [Fact(Explicit = true)]
    public void Unbounded()
    {
        var device = Open(KernelMutants.Of("NoBoundsCheck"));
        Run(device, Inputs[0], KernelSpec.Plain("flash"));
    }

    /// <summary>Its build options leave out one barrier of the generated text.</summary>
    [Fact(Explicit = true)]
    public void Flash()
    {
        var device = Open(DeviceCode.Own);
        Run(device, Inputs[0], KernelSpec.Plain("flash"));
    }

    public void Dispose()
    {
        _open.Reverse();
        _open.ForEach(o => o.Dispose());
    }

    private IDevice Open(DeviceCode code)
    {
        var found = Assert.Single(DeviceCatalogue.Discover(new DeviceOptions()), d => d.Backend == Backends.OpenCl);
        Assert.Contains("Oclgrind", found.Driver, StringComparison.Ordinal);
        var device = IlgpuDevices.Open(found.Id, new DeviceOptions(), code);
        _open.Add(device);
        return device;
    }

    private void Run(IDevice device, InputSpec shape, KernelSpec kernel)
    {
        var input = AttentionInput.Create(shape);
        var prepared = device.Prepare(kernel, input);
        _open.Add(prepared);
        var output = new float[input.Q.Length];
        prepared.ReadOutput(output);
        var verdict = new KernelVerifier(input, shape.N).Check(kernel, output);
        Assert.True(verdict.IsRight, $"{shape}: {verdict.WhyWrong}");
    }
}
