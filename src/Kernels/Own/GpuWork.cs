using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Own;

/// <summary>What an own kernel runs on at a cuda or opencl device. Q, K, V and the output are heads x n x d.</summary>
public sealed class GpuWork
{
    private readonly DeviceTensors _tensors;
    private readonly DeviceMemory _scratch;

    internal GpuWork(Accelerator accelerator, KernelSpec kernel, DeviceTensors tensors, DeviceMemory scratch, ArrayView<float> output) =>
        (Accelerator, Kernel, _tensors, _scratch, Output) = (accelerator, kernel, tensors, scratch, output);

    public Accelerator Accelerator { get; }

    public KernelSpec Kernel { get; }

    public AttentionInput Input => _tensors.Input;

    /// <summary>The input's shape, as device code takes it.</summary>
    public Problem Problem => _tensors.Problem;

    public ArrayView<float> Q => _tensors.Q;

    public ArrayView<float> K => _tensors.K;

    public ArrayView<float> V => _tensors.V;

    public ArrayView<float> Output { get; }

    /// <summary>Scratch on the device, freed with the kernel. Its content is undefined.</summary>
    public ArrayView<T> Allocate<T>(long length)
        where T : unmanaged => _scratch.Allocate<T>(length);

    /// <summary>Scratch filled from the host.</summary>
    public ArrayView<T> Upload<T>(T[] values)
        where T : unmanaged => _scratch.Upload(values);
}
