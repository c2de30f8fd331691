using AttnSweep.Kernels.Devices;
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
        MemoryAccount.Add(buffer.LengthInBytes);
        return buffer.View.BaseView;
    }

    /// <summary>Empty lists get one element: no device has buffers without any.</summary>
    public unsafe ArrayView<T> Upload<T>(T[] values)
        where T : unmanaged
    {
        if (values.Length == 0)
            values = new T[1];
        var view = Allocate<T>(values.Length);
        fixed (T* pinned = values)
        {
            view.CopyFromCPU(ref *pinned, values.Length);
        }

        return view;
    }

    public void Dispose()
    {
        _buffers.ForEach(buffer => buffer.Dispose());
        _buffers.Clear();
    }
}
