using System.Diagnostics;
using AttnSweep.Kernels.Devices;

namespace AttnSweep.Worker.Measuring;

/// <summary>A kernel with a slowdown of known size: after each batch of launches the host spins for that share of the batch's own time.</summary>
internal sealed class SlowedKernel(IPreparedKernel kernel, double slowdown) : IPreparedKernel
{
    public LaunchTiming Launch(int count)
    {
        var timing = kernel.Launch(count);
        var spin = TimeSpan.FromMicroseconds(timing.Microseconds * slowdown);
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < spin)
        {
        }

        var spun = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        return new LaunchTiming(timing.HostMicroseconds + spun, timing.DeviceMicroseconds + spun);
    }

    public void ReadOutput(Span<float> output) => kernel.ReadOutput(output);

    /// <summary>The kernel belongs to whoever made it.</summary>
    public void Dispose()
    {
    }
}
