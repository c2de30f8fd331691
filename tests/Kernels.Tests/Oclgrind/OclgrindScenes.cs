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

    /// <summary>In the medium shape a row of 19 keys is two tiles, the second not full.</summary>
    private static readonly InputSpec TwoTiles = AttentionKernelContract.Input(n: 19, d: 66, causal: true);

    private static readonly InputSpec TwoHeads = AttentionKernelContract.Input(n: 21, d: 10, heads: 2);

    /// <summary>One device, so that what kernels share is compiled once.</summary>
    [Fact(Explicit = true)]
    public void Right()
    {
        var device = Open(DeviceCode.Own);
        foreach (var name in KernelCatalogue.BuiltIn.Select(k => k.Name))
        {
            var shape = name is "naive" or "threshold" or "topk" or "topp" or "sample-topk" ? TwoHeads : TwoTiles;
            // The middle one keeps some keys and not others.
            var variants = AttentionKernelContract.Variants(name, shape).ToList();
            Run(device, shape, variants[variants.Count / 2]);
        }

        // The other shapes, neither causal; then hyper with estimated parts that share queries; then the keep rule that no variant above has.
        Run(device, TwoHeads, KernelSpec.Plain("flash"));
        Run(device, AttentionKernelContract.Input(n: 9, d: 130), KernelSpec.Plain("flash"));
        Run(device, TwoTiles, AttentionKernelContract.Spec("hyper", ("bits", 5), ("block", 4), ("samples", 5), ("minimum", 5)));
        Run(device, TwoHeads, AttentionKernelContract.Spec("threshold", ("margin", 2)));
    }

    [Fact(Explicit = true)]
    public void Unbounded()
    {
        var device = Open(KernelMutants.Of("NoBoundsCheck"));
        Run(device, TwoTiles, KernelSpec.Plain("flash"));
    }

    /// <summary>Its build options leave out one barrier of the generated text.</summary>
    [Fact(Explicit = true)]
    public void Flash()
    {
        var device = Open(DeviceCode.Own);
        Run(device, TwoTiles, KernelSpec.Plain("flash"));
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
        Console.WriteLine($"{kernel.Variant} on {shape}");
        var input = AttentionInput.Create(shape);
        var prepared = device.Prepare(kernel, input);
        _open.Add(prepared);
        var output = new float[input.Q.Length];
        prepared.ReadOutput(output);
        var verdict = new KernelVerifier(input, shape.N).Check(kernel, output);
        Assert.True(verdict.IsRight, $"{shape}: {verdict.WhyWrong}");
    }
}
