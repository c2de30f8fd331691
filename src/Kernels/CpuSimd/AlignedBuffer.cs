using System.Runtime.InteropServices;
using AttnSweep.Kernels.Devices;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>Zeroed floats at a 64-byte boundary, so that a vector of 16 never straddles two cache lines, and where no collector moves them.</summary>
internal sealed unsafe class AlignedBuffer : IDisposable
{
    private float* _start;

    /// <exception cref="DeviceOutOfMemoryException">The memory is not there.</exception>
    public AlignedBuffer(long length)
    {
        Length = length;
        var bytes = (nuint)Math.Max(64, (length + 64) * sizeof(float)); // a vector may read past the end, never write
        if (bytes > (ulong)GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw new DeviceOutOfMemoryException($"cpu-simd: {bytes >> 20} MiB are needed at once; the machine has {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB.");
        }

        try
        {
            _start = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        }
        catch (OutOfMemoryException e)
        {
            throw new DeviceOutOfMemoryException($"cpu-simd: {bytes >> 20} MiB could not be allocated.", e);
        }

        NativeMemory.Clear(_start, bytes);
        MemoryAccount.Add((long)bytes);
    }

    public AlignedBuffer(ReadOnlySpan<float> values)
        : this(values.Length) => values.CopyTo(new Span<float>(_start, values.Length));

    public long Length { get; }

    public float* Start => _start;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
