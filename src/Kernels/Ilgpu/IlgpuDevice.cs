using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu.Kernels;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;
using ILGPU;
using ILGPU.Runtime;
using IDevice = AttnSweep.Kernels.Devices.IDevice;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>One accelerator. The tensors of the last input stay on it, so that the kernels of a shard share the upload.</summary>
internal sealed class IlgpuDevice(DeviceInfo info, Context context, Accelerator accelerator) : IDevice
{
    private DeviceTensors? _tensors;
    private TimeSpan? _emptyInterval;

    public DeviceInfo Info { get; } = info;

    public IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input)
    {
        using var trace = new BuildLog();
        var spec = input.Spec;
        if (WhyUnsupported(kernel, spec) is { } reason)
            throw new KernelUnsupportedException(reason);
        var scratch = new List<MemoryBuffer>();
        try
        {
            if (!ReferenceEquals(_tensors?.Input, input))
            {
                _tensors?.Dispose();
                _tensors = null;
                _tensors = new DeviceTensors(accelerator, input);
            }

            var launch = KernelLaunches.Build(accelerator, kernel, _tensors, scratch);
            // The first launch builds what the driver puts off until then; it must not be timed, and its errors belong here.
            launch();
            accelerator.Synchronize();
            return new IlgpuPreparedKernel(accelerator, _tensors, launch, scratch, EmptyInterval());
        }
        catch (Exception failure) when (failure is AcceleratorException or OutOfMemoryException)
        {
            scratch.ForEach(buffer => buffer.Dispose());
            if (trace.Text.Length == 0 && IsOutOfMemory(failure))
                throw new DeviceOutOfMemoryException($"Kernel {kernel.Name} with n = {spec.N}, d = {spec.D}, heads = {spec.Heads} does not fit into {Info.Id}.", failure);
            throw new InvalidOperationException($"Kernel {kernel.Name} does not build or launch on {Info.Id}: {failure.Message} {trace.Text}", failure);
        }
    }

    public void Dispose()
    {
        _tensors?.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }

    private static bool IsOutOfMemory(Exception failure) =>
        failure is OutOfMemoryException
        || failure.Message.Contains("memory", StringComparison.OrdinalIgnoreCase)
        || failure.Message.Contains("ALLOCATION", StringComparison.OrdinalIgnoreCase);

    private static string? WhyUnsupported(KernelSpec kernel, InputSpec spec)
    {
        var materialised = kernel.Name is "naive" or "threshold" or "topk";
        if (!materialised && spec.D > TiledAttention.MaxHeadDim)
            return $"{kernel.Name} on ILGPU needs d <= {TiledAttention.MaxHeadDim} (its tiles lie in shared memory), got {spec.D}.";
        var elements = (long)spec.Heads * spec.N * Math.Max(spec.D, materialised ? spec.N : 1);
        return elements > int.MaxValue
            ? $"{kernel.Name} on ILGPU indexes with 32 bits: it needs at most {int.MaxValue} elements in a tensor, got {elements}."
            : null;
    }

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
