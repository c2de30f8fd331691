using AttnSweep.Kernels.Devices;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Ilgpu;

/// <summary>
/// The kernels on ILGPU's CPU accelerator, which simulates a GPU thread by thread: slow, but it notices a read or write outside a
/// view and, with luck, a missing barrier. Each group costs tens of microseconds, so only tiny inputs run.
/// </summary>
[Trait("Backend", "ilgpu"), Trait("Category", "slow"), Collection("ilgpu")]
public sealed class IlgpuCpuKernelTests : AttentionKernelContract, IDisposable
{
    private readonly AssertionRecorder _assertions = new();

    protected override bool Runs(InputSpec input) => (long)input.Heads * input.N * input.N * input.D <= 140 * 140 * 32;

    protected override IDevice Open() => DeviceCatalogue.Open("ilgpu-cpu", new DeviceOptions(IncludeIlgpuCpu: true));

    /// <summary>Ends each test: no kernel may have left a view.</summary>
    public void Dispose()
    {
        _assertions.Dispose();
        Assert.Empty(_assertions.Failures);
    }
}
