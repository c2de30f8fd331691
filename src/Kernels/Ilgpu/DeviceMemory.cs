using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>Buffers on a device that are freed together.</summary>
internal sealed class DeviceMemory(Accelerator accelerator) : IDisposable
{
    private readonly List<MemoryBuffer> _buffers = [];

    public ArrayView<T> Allocate<T>(long length)
        where T : unmanaged
    {
        var buffer = accelerator.Allocate1D<T>(length);
        _buffers.Add(buffer);
        return buffer.View.BaseView;
    }

    public ArrayView<float> Upload(float[] values)
    {
        var view = Allocate<float>(values.Length);
        view.CopyFromCPU(values);
        return view;
    }

    public void Dispose()
    {
        _buffers.ForEach(buffer => buffer.Dispose());
        _buffers.Clear();
    }
}
