using System.Diagnostics;
using AttnSweep.PtxInterpreter.Memory;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>A buffer in the interpreter's memory.</summary>
internal sealed class PtxMemoryBuffer : MemoryBuffer
{
    private readonly GlobalBuffer _buffer;

    public PtxMemoryBuffer(PtxAccelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        _buffer = accelerator.Memory.Allocate(length * elementSize);
        NativePtr = (nint)_buffer.Address;
    }

    protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView) =>
        _buffer.Fill(value, Offset(targetView), (int)targetView.Length);

    protected override unsafe void CopyFrom(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView)
    {
        if (Other(sourceView) is { } other)
            other._buffer.CopyTo(_buffer, Offset(sourceView), Offset(targetView), (int)sourceView.Length);
        else
            _buffer.Write(new ReadOnlySpan<byte>(Pointer(sourceView), (int)sourceView.Length), Offset(targetView));
    }

    protected override unsafe void CopyTo(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView)
    {
        if (Other(targetView) is { } other)
            _buffer.CopyTo(other._buffer, Offset(sourceView), Offset(targetView), (int)sourceView.Length);
        else
            _buffer.Read(new Span<byte>(Pointer(targetView), (int)sourceView.Length), Offset(sourceView));
    }

    protected override void DisposeAcceleratorObject(bool disposing) => _buffer.Free();

    private static PtxMemoryBuffer? Other(IContiguousArrayView view) => view.Buffer as PtxMemoryBuffer;

    private static int Offset(IContiguousArrayView view) => (int)view.IndexInBytes;

    private static unsafe void* Pointer(IContiguousArrayView view) => (void*)(view.Buffer.NativePtr + (nint)view.IndexInBytes);
}

/// <summary>Everything is done at once, so a stream has nothing to wait for.</summary>
internal sealed class PtxStream(Accelerator accelerator) : AcceleratorStream(accelerator)
{
    public override void Synchronize()
    {
    }

    protected override ProfilingMarker AddProfilingMarkerInternal() => new PtxMarker(Accelerator);

    protected override void DisposeAcceleratorObject(bool disposing)
    {
    }

    private sealed class PtxMarker(Accelerator accelerator) : ProfilingMarker(accelerator)
    {
        private readonly long _at = Stopwatch.GetTimestamp();

        public override void Synchronize()
        {
        }

        public override TimeSpan MeasureFrom(ProfilingMarker marker) => Stopwatch.GetElapsedTime(((PtxMarker)marker)._at, _at);

        protected override void DisposeAcceleratorObject(bool disposing)
        {
        }
    }
}
