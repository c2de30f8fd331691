using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AttnSweep.PtxInterpreter.Decoding;
using AttnSweep.PtxInterpreter.Operations;

namespace AttnSweep.PtxInterpreter.Execution;

/// <summary>A place of a warp's control flow: these lanes go on at <c>Pc</c>, until they reach <c>Reconverge</c> (-1: never).</summary>
internal record struct Path(int Pc, uint Mask, int Reconverge);

/// <summary>
/// A warp's registers and control flow in one function. A register is 32 values of its width side by side; so are constants and
/// special registers, so that every operand is a place.
/// </summary>
internal sealed class Frame
{
    private readonly uint[] _words;

    public Frame(Function function)
    {
        Function = function;
        _words = new uint[function.Words];
        Predicates = new uint[function.PredicateCount];
        Parameters = new byte[function.ParameterStride * Warp.Size];
        Predicates[Function.True] = uint.MaxValue;
        foreach (var constant in function.Constants)
            Fill(constant.Place, constant.Width, constant.Bits);
    }

    public Function Function { get; }

    /// <summary>A bit for each lane.</summary>
    public uint[] Predicates { get; }

    /// <summary>Parameters of this function and of the calls that it makes, for each lane.</summary>
    public byte[] Parameters { get; }

    public List<Path> Paths { get; } = [];

    /// <summary>The call that this frame waits for.</summary>
    public Operation? Pending { get; set; }

    /// <summary>Makes the frame as new; constants stay.</summary>
    public void Reset()
    {
        Array.Clear(_words, 0, Function.RegisterWords);
        Array.Clear(Predicates);
        Predicates[Function.True] = uint.MaxValue;
        Array.Clear(Parameters);
        Paths.Clear();
    }

    /// <summary>Lane 0 of a register; the other lanes follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T At<T>(int place) => ref Unsafe.As<uint, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_words), place));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetPredicate(int predicate, uint mask, uint value) =>
        Predicates[predicate] = (Predicates[predicate] & ~mask) | (value & mask);

    /// <summary>A register of any width, extended by zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Read(Place place, int lane) => place.Width switch
    {
        4 => Unsafe.Add(ref At<uint>(place.Word), lane),
        8 => Unsafe.Add(ref At<ulong>(place.Word), lane),
        _ => Unsafe.Add(ref At<ushort>(place.Word), lane),
    };

    /// <summary>Writes the low bits of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Place place, int lane, ulong value)
    {
        switch (place.Width)
        {
            case 4:
                Unsafe.Add(ref At<uint>(place.Word), lane) = (uint)value;
                break;
            case 8:
                Unsafe.Add(ref At<ulong>(place.Word), lane) = value;
                break;
            default:
                Unsafe.Add(ref At<ushort>(place.Word), lane) = (ushort)value;
                break;
        }
    }

    public void Fill(int word, int width, ulong bits)
    {
        for (var lane = 0; lane < Warp.Size; lane++)
            Write(new Place(word, width), lane, bits);
    }
}
