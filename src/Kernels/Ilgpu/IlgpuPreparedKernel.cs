using System.Diagnostics;
using AttnSweep.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>A built kernel with its own output and scratch, and a share of its input.</summary>
internal sealed class IlgpuPreparedKernel(
    Accelerator accelerator, DeviceTensors tensors, DeviceMemory memory, ArrayView<float> output, LaunchStep[] launch, TimeSpan? emptyInterval) : IPreparedKernel
{
    /// <summary>Launches for the phases: what disturbs one of them disturbs its phases by chance.</summary>
    private const int PhaseLaunches = 3;

    public LaunchTiming Launch(int count)
    {
        if (emptyInterval is not { } empty)
            return new LaunchTiming(Time(count), null);
        // On OpenCL a marker waits for the stream, so one pair brackets the whole batch.
        using var start = accelerator.AddProfilingMarker();
        var host = Time(count);
        using var end = accelerator.AddProfilingMarker();
        end.Synchronize();
        var device = end - start - empty;
        return new LaunchTiming(host, device > TimeSpan.Zero ? device.TotalMicroseconds : null);
    }

    /// <summary>
    /// Between two markers each where the device has them, less what an empty pair takes; else by the host's clock, with a wait after each. The
    /// stream is empty between steps, so they add up to a launch and the gaps that a launch would not have.
    /// </summary>
    public IReadOnlyDictionary<string, double>? MeasurePhases()
    {
        if (launch.Any(step => step.Phase is null))
            return null;
        Dictionary<string, double>? best = null;
        for (var i = 0; i < PhaseLaunches; i++)
        {
            var phases = new Dictionary<string, double>();
            foreach (var step in launch)
                phases[step.Phase!] = phases.GetValueOrDefault(step.Phase!) + Time(step.Run);
            best = best is null || phases.Values.Sum() < best.Values.Sum() ? phases : best;
        }

        return best;
    }

    /// <summary>Pinned: the driver writes through the address until the copy has ended, and ILGPU pins nothing: a collection in between crashed the process.</summary>
    public unsafe void ReadOutput(Span<float> into)
    {
        fixed (float* pinned = into)
        {
            output.CopyToCPU(ref *pinned, into.Length);
        }
    }

    public void Dispose()
    {
        memory.Dispose();
        tensors.Dispose();
    }

    /// <summary>Microseconds of one step by itself.</summary>
    private double Time(Action step)
    {
        accelerator.Synchronize();
        if (emptyInterval is not { } empty)
        {
            var begun = Stopwatch.GetTimestamp();
            step();
            accelerator.Synchronize();
            return Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }

        using var start = accelerator.AddProfilingMarker();
        step();
        using var end = accelerator.AddProfilingMarker();
        end.Synchronize();
        return Math.Max(0, (end - start - empty).TotalMicroseconds);
    }

    private double Time(int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            Array.ForEach(launch, step => step.Run());
        accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}
