using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;

namespace AttnSweep.Kernels.Tests.CpuSimd;

public sealed class CpuSimdKernelTests : AttentionKernelContract
{
    protected override IDevice Open() => new CpuSimdDevice(threads: 1);
}

public sealed class CpuSimdThreeThreadKernelTests : AttentionKernelContract
{
    protected override IDevice Open() => new CpuSimdDevice(threads: 3);
}
