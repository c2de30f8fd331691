using System.Diagnostics;
using AttnSweep.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>A built kernel with its own output and scratch, and a share of its input.</summary>
internal sealed class IlgpuPreparedKernel(
    Accelerator accelerator, DeviceTensors tensors, DeviceMemory memory, ArrayView<float> output, Action launch, TimeSpan? emptyInterval) : IPreparedKernel
{
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

    private double Time(int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            launch();
        accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}
