using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;
using ILGPU;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>The kernels as the PTX text that a CUDA driver would get, executed by the interpreter; no launch may leave a finding.</summary>
[Trait("Backend", "ilgpu"), Trait("Category", "slow"), Collection("ilgpu")]
public sealed class PtxInterpreterKernelTests : AttentionKernelContract, IDisposable
{
    private readonly List<PtxAccelerator> _opened = [];

    /// <summary>The interpreter executes some hundred million instructions of threads in a second.</summary>
    protected override bool Runs(InputSpec input) =>
        (long)input.Heads * input.N * input.N * input.D <= 140L * 140 * 32 || input is { N: < 70, D: <= 64, Heads: 1 };

    protected override IDevice Open()
    {
        var (device, accelerator) = InterpretedDevice.Open();
        _opened.Add(accelerator);
        return device;
    }

    /// <summary>Every shape of the tiles, and head dimensions that no vector divides.</summary>
    [Theory]
    [InlineData(61, false)]
    [InlineData(80, true)]
    [InlineData(128, false)]
    [InlineData(131, true)]
    [InlineData(256, true)]
    public void Wide_head_dimensions_are_right(int d, bool causal)
    {
        var shape = Input(n: 45, d, causal: causal);
        var input = AttentionInput.Create(shape);
        var verifier = new KernelVerifier(input, shape.N);
        using var device = Open();
        foreach (var kernel in Kernels.SelectMany(k => Variants(k.Data, shape).Take(2)))
        {
            using var prepared = device.Prepare(kernel, input);
            var output = new float[input.Q.Length];
            prepared.ReadOutput(output);
            var verdict = verifier.Check(kernel, output);
            Assert.True(verdict.IsRight, verdict.WhyWrong);
        }
    }

    /// <summary>Ends each test.</summary>
    public void Dispose()
    {
        Assert.Empty(_opened.SelectMany(a => a.Reports).SelectMany(r => r.Findings.Select(f => $"{r.Kernel}: {f}")));
    }
}

internal static class InterpretedDevice
{
    /// <summary>The product's device on the interpreter.</summary>
    public static (IDevice Device, PtxAccelerator Accelerator) Open(Func<string, string>? rewrite = null, DeviceCode? code = null)
    {
        var context = Context.Create(b => b.EnableAlgorithms().Optimize(OptimizationLevel.O2).Profiling());
        var accelerator = new PtxAccelerator(context, rewrite);
        return (new IlgpuDevice(new DeviceInfo("ptx", Backends.Cuda, accelerator.Name, accelerator.MemorySize, 1, "PTX interpreter"), context, accelerator, code ?? DeviceCode.Own), accelerator);
    }
}
