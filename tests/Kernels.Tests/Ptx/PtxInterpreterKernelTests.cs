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

    /// <summary>Some hundred million threads' instructions a second: a case of this size takes up to a second.</summary>
    protected override bool Runs(InputSpec input) => (long)input.Heads * input.N * input.N * input.D <= 150L * 150 * 32 || (input.N, input.Heads) is (< 70, 1);

    protected override bool Has(KernelSpec kernel) => InterpretedDevice.Has(kernel);

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
    /// <summary>Whether the product has this kernel for GPUs.</summary>
    public static bool Has(KernelSpec kernel)
    {
        try
        {
            KernelLimits.Check(kernel, AttentionKernelContract.Input(n: 64, d: 16), long.MaxValue);
            return true;
        }
        catch (KernelUnsupportedException)
        {
            return false;
        }
    }

    /// <summary>The product's device on the interpreter.</summary>
    public static (IDevice Device, PtxAccelerator Accelerator) Open(Func<string, string>? rewrite = null, DeviceCode? code = null)
    {
        var context = Context.Create(b => b.EnableAlgorithms().Optimize(OptimizationLevel.O2).Profiling());
        var accelerator = new PtxAccelerator(context, rewrite);
        return (new IlgpuDevice(new DeviceInfo("ptx", Backends.Cuda, accelerator.Name, accelerator.MemorySize, 1, "PTX interpreter"), context, accelerator, code ?? DeviceCode.Own), accelerator);
    }
}
