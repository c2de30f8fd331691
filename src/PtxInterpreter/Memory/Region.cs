using System.Runtime.InteropServices;

namespace AttnSweep.PtxInterpreter.Memory;

/// <summary>Bytes that belong together: a buffer, a shared or a local variable. What lies between two regions belongs to nobody.</summary>
/// <param name="copies">Local variables exist once a lane; their copies lie behind each other.</param>
internal sealed class Region(string name, ulong start, int length, int copies = 1)
{
    public string Name { get; } = name;

    public ulong Start { get; } = start;

    public int Length { get; } = length;

    public byte[] Data { get; } = new byte[(long)length * copies];

    /// <summary>1 for each byte that was written.</summary>
    public byte[] Written { get; } = new byte[(long)length * copies];

    /// <summary>Who touched what; null where no two threads can meet.</summary>
    public RaceShadow? Shadow { get; init; }

    public bool Holds(ulong address, int bytes) => address - Start <= (ulong)Length && (ulong)Length - (address - Start) >= (ulong)bytes;

    public void Clear()
    {
        Array.Clear(Data);
        Array.Clear(Written);
        Shadow?.Clear();
    }

    public bool IsWritten(int index, int bytes) => bytes switch
    {
        4 => MemoryMarshal.Read<uint>(Written.AsSpan(index)) == 0x01010101u,
        8 => MemoryMarshal.Read<ulong>(Written.AsSpan(index)) == 0x0101010101010101ul,
        16 => (MemoryMarshal.Read<ulong>(Written.AsSpan(index)) & MemoryMarshal.Read<ulong>(Written.AsSpan(index + 8))) == 0x0101010101010101ul,
        _ => !Written.AsSpan(index, bytes).Contains((byte)0),
    };

    public ulong Read(int index, int bytes) => bytes switch
    {
        4 => MemoryMarshal.Read<uint>(Data.AsSpan(index)),
        8 => MemoryMarshal.Read<ulong>(Data.AsSpan(index)),
        2 => MemoryMarshal.Read<ushort>(Data.AsSpan(index)),
        _ => Data[index],
    };

    public void Write(int index, int bytes, ulong value)
    {
        switch (bytes)
        {
            case 4:
                MemoryMarshal.Write(Data.AsSpan(index), (uint)value);
                MemoryMarshal.Write(Written.AsSpan(index), 0x01010101u);
                break;
            case 8:
                MemoryMarshal.Write(Data.AsSpan(index), value);
                MemoryMarshal.Write(Written.AsSpan(index), 0x0101010101010101ul);
                break;
            case 2:
                MemoryMarshal.Write(Data.AsSpan(index), (ushort)value);
                MemoryMarshal.Write(Written.AsSpan(index), (ushort)0x0101);
                break;
            default:
                Data[index] = (byte)value;
                Written[index] = 1;
                break;
        }
    }
}
