using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;
using ILGPU;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>The kernels as the PTX text that a CUDA driver would get, executed by the interpreter; no launch may leave a finding.</summary>
[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed class PtxInterpreterKernelTests : AttentionKernelContract, IDisposable
{
    private readonly List<PtxAccelerator> _opened = [];

    protected override bool Runs(InputSpec input) => (long)input.Heads * input.N * input.N * input.D <= 150L * 150 * 128;

    protected override IDevice Open()
    {
        var (device, accelerator) = InterpretedDevice.Open();
        _opened.Add(accelerator);
        return device;
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
    public static (IDevice Device, PtxAccelerator Accelerator) Open(Func<string, string>? rewrite = null)
    {
        var context = Context.Create(b => b.EnableAlgorithms().Optimize(OptimizationLevel.O2).Profiling());
        var accelerator = new PtxAccelerator(context, rewrite);
        return (new IlgpuDevice(new DeviceInfo("ptx", Backends.Cuda, accelerator.Name, accelerator.MemorySize, 1, "PTX interpreter"), context, accelerator), accelerator);
    }
}
