using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Mutants;

/// <summary>cpu-simd with two threads, whose flash is one of CpuMutants.targets.</summary>
internal sealed class CpuMutantDevice(string mutant) : IDevice
{
    private readonly CpuSimdDevice _real = new(threads: 2);
    private readonly ThreadTeam _team = new(2);
    private readonly Type _flash = typeof(CpuMutantDevice).Assembly.GetType($"{typeof(CpuMutantDevice).Namespace}.Cpu.{mutant}.FlashKernel", throwOnError: true)!;

    public DeviceInfo Info => _real.Info;

    public IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input) => kernel.Name == "flash"
        ? (IPreparedKernel)Activator.CreateInstance(_flash, new CpuTensors(input), _team)!
        : _real.Prepare(kernel, input);

    public void Dispose()
    {
        _team.Dispose();
        _real.Dispose();
    }
}

/// <summary>Where two threads of a racing mutant wait for each other, and then take turns.</summary>
internal static class Rendezvous
{
    private static readonly Barrier Both = new(2);
    private static readonly SemaphoreSlim Turn = new(1);

    public static IDisposable Take()
    {
        Meet();
        Turn.Wait();
        return new End();
    }

    private static void Meet() => Assert.True(Both.SignalAndWait(TimeSpan.FromMinutes(1)));

    private sealed class End : IDisposable
    {
        public void Dispose()
        {
            Turn.Release();
            // Nobody begins the next block while the other is at this one: that could reach outside the scratch and end the process.
            Meet();
        }
    }
}
