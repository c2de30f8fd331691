using System.Runtime.InteropServices;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Memory;

/// <summary>
/// The memory of a device. Buffers lie far apart, so that an index that leaves one never hits another; bytes that the host or a
/// kernel has not written count as uninitialised. Not thread-safe.
/// </summary>
public sealed class GlobalMemory
{
    /// <summary>Where buffers begin: far from the windows of shared and local memory.</summary>
    private const ulong Base = 0x7F00_0000_0000;

    private const ulong Gap = 1 << 20;

    private ulong _next = Base;

    internal AddressSpace Space { get; } = new();

    /// <param name="bytes">At most 2^31 - 1.</param>
    /// <param name="name">For reports.</param>
    public GlobalBuffer Allocate(long bytes, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, int.MaxValue);
        var region = new Region(name ?? $"buffer {Space.Regions.Count}", _next, (int)bytes) { Shadow = new RaceShadow(Math.Max(1, (int)bytes)) };
        _next += ((ulong)bytes / Gap + 2) * Gap;
        Space.Add(region);
        return new GlobalBuffer(this, region);
    }

    /// <summary>The buffer at this address.</summary>
    /// <exception cref="ArgumentException">No buffer begins there.</exception>
    public GlobalBuffer At(ulong address) => Space.Find(address, 0) is { } region && region.Start == address
        ? new GlobalBuffer(this, region)
        : throw new ArgumentException($"No buffer begins at 0x{address:x}.", nameof(address));

    internal GlobalBuffer Place(VariableSyntax variable)
    {
        var buffer = Allocate(variable.Bytes, variable.Name);
        // Module variables without a value are zero (the PTX manual, "Initializers").
        buffer.Fill(0);
        if (variable.Initial is { } bytes)
            buffer.Write<byte>(bytes);
        return buffer;
    }
}

/// <summary>A piece of global memory.</summary>
public sealed class GlobalBuffer
{
    private readonly GlobalMemory _memory;
    private readonly Region _region;

    internal GlobalBuffer(GlobalMemory memory, Region region) => (_memory, _region) = (memory, region);

    /// <summary>What kernels get as pointer.</summary>
    public ulong Address => _region.Start;

    public int Bytes => _region.Length;

    /// <summary>Host to device.</summary>
    public void Write<T>(ReadOnlySpan<T> values, int byteOffset = 0)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(_region.Data.AsSpan(byteOffset));
        _region.Written.AsSpan(byteOffset, bytes.Length).Fill(1);
    }

    /// <summary>Device to host.</summary>
    public void Read<T>(Span<T> into, int byteOffset = 0)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(into);
        _region.Data.AsSpan(byteOffset, bytes.Length).CopyTo(bytes);
    }

    /// <summary>Sets every byte, as written by the host.</summary>
    public void Fill(byte value) => Fill(value, 0, Bytes);

    public void Fill(byte value, int byteOffset, int bytes)
    {
        _region.Data.AsSpan(byteOffset, bytes).Fill(value);
        _region.Written.AsSpan(byteOffset, bytes).Fill(1);
    }

    /// <summary>Copies between two buffers, with what was written in them and what was not.</summary>
    public void CopyTo(GlobalBuffer target, int fromByte, int toByte, int bytes)
    {
        _region.Data.AsSpan(fromByte, bytes).CopyTo(target._region.Data.AsSpan(toByte));
        _region.Written.AsSpan(fromByte, bytes).CopyTo(target._region.Written.AsSpan(toByte));
    }

    /// <summary>Takes back that anything was written: the next kernel that reads before it writes is reported.</summary>
    public void Forget()
    {
        Array.Clear(_region.Written);
        Array.Clear(_region.Data);
    }

    /// <summary>Gives the memory back: later accesses are out of bounds.</summary>
    public void Free() => _memory.Space.Remove(_region);
}
