using AttnSweep.Kernels.Benchmarks;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using IDevice = AttnSweep.Kernels.Devices.IDevice;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>One accelerator. The tensors of the last input stay on it, so that the kernels of a shard share the upload.</summary>
internal sealed class IlgpuDevice(DeviceInfo info, Context context, Accelerator accelerator, DeviceCode code) : IDevice
{
    private DeviceTensors? _tensors;
    private TimeSpan? _emptyInterval;
    private MemoryBuffer1D<byte, Stride1D.Dense>? _sweep;

    public DeviceInfo Info { get; } = info;

    /// <summary>An OpenCL driver for processors: its speed can be held against the processor's peak.</summary>
    public bool IsProcessor => accelerator is CLAccelerator { Device: CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU } };

    public IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input)
    {
        using var trace = new BuildLog();
        var spec = input.Spec;
        KernelLimits.Check(kernel, spec, Info.MemoryBytes);
        var memory = new DeviceMemory(accelerator);
        try
        {
            if (!ReferenceEquals(_tensors?.Input, input))
            {
                _tensors?.Dispose();
                _tensors = null;
                _tensors = new DeviceTensors(accelerator, input);
            }

            var output = memory.Allocate<float>(input.Q.Length);
            var launch = KernelLaunches.Build(accelerator, code, kernel, _tensors, memory, output);
            // The first launch builds what the driver puts off until then; it must not be timed, and its errors belong here.
            Array.ForEach(launch, step => step.Run());
            accelerator.Synchronize();
            return new IlgpuPreparedKernel(accelerator, _tensors.Share(), memory, output, launch, EmptyInterval());
        }
        catch (Exception failure)
        {
            memory.Dispose();
            if (IsOutOfMemory(failure))
                throw new DeviceOutOfMemoryException($"{kernel.Name} with n = {spec.N}, d = {spec.D}, heads = {spec.Heads} does not fit into {Info.Id}.", failure);
            if (failure is AcceleratorException)
                throw new InvalidOperationException($"{kernel.Name} does not build or launch on {Info.Id}: {failure.Message} {trace.Text}", failure);
            throw;
        }
    }

    public bool TryEmptyCaches()
    {
        // 256 MB is twice the largest level-2 cache there is (about 129 MB, GB200).
        _sweep ??= accelerator.Allocate1D<byte>(Math.Min(256L << 20, Math.Max(1L << 20, Info.MemoryBytes / 16)));
        _sweep.MemSetToZero();
        accelerator.Synchronize();
        return true;
    }

    /// <summary>A driver for processors is held against the processor, whatever its compiler makes of a loop. ILGPU's CPU accelerator is for debugging.</summary>
    public DeviceCeilings? MeasureCeilings()
    {
        if (accelerator.AcceleratorType == AcceleratorType.CPU)
            return null;
        if (!IsProcessor)
            return AcceleratorCeilings.Measure(accelerator, Info.MemoryBytes);
        using var team = new ThreadTeam(Environment.ProcessorCount);
        return ProcessorCeilings.Measure(team);
    }

    public void Dispose()
    {
        _sweep?.Dispose();
        _tensors?.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }

    // CL_OUT_OF_RESOURCES is left out: drivers give it for illegal accesses too, and a wrong excuse is worse than none.
    private static bool IsOutOfMemory(Exception failure) => failure switch
    {
        OutOfMemoryException => true,
        CudaException cuda => cuda.Error == nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY),
        CLException cl => cl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_HOST_MEMORY or CLError.CL_INVALID_BUFFER_SIZE,
        _ => false,
    };

    private TimeSpan? EmptyInterval()
    {
        if (accelerator.AcceleratorType == AcceleratorType.CPU)
            return null;
        return _emptyInterval ??= Enumerable.Range(0, 15).Select(_ =>
        {
            using var start = accelerator.AddProfilingMarker();
            using var end = accelerator.AddProfilingMarker();
            end.Synchronize();
            return end - start;
        }).Order().ElementAt(7);
    }
}
