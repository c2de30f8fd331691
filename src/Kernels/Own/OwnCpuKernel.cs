using System.Diagnostics;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;

namespace AttnSweep.Kernels.Own;

/// <summary>An own kernel prepared on the cpu-simd device.</summary>
internal sealed class OwnCpuKernel : IPreparedKernel
{
    private readonly CpuWork _work;
    private readonly CpuLaunch _launch;
    private readonly float[] _output;

    /// <exception cref="KernelUnsupportedException">It has no code for this device.</exception>
    public OwnCpuKernel(OwnKernel kernel, CpuWork work)
    {
        _work = work;
        _output = new float[work.Input.Q.Length];
        _launch = kernel.PrepareOnCpu(work) ?? throw new KernelUnsupportedException($"{kernel.Name} ({kernel.Build}) has no code for cpu-simd.");
    }

    public LaunchTiming Launch(int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            _launch(_output);
        }

        return new LaunchTiming(Stopwatch.GetElapsedTime(start).TotalMicroseconds, null);
    }

    public IReadOnlyDictionary<string, double> MeasurePhases() => PhaseClock.QuickestOf(3, _work.Threads, clock =>
    {
        _work.Clock = clock;
        _launch(_output);
        _work.Clock = null;
    });

    public void ReadOutput(Span<float> output) => _output.CopyTo(output);

    public void Dispose()
    {
    }
}
