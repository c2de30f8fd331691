using System.Collections.Immutable;
using System.Numerics;
using AttnSweep.PtxInterpreter.Decoding;
using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Operations;

internal struct Copy<T> : IUnary<T, T>
{
    public static T Apply(T a) => a;
}

/// <summary>cvt: bits to bits; the result is already extended to 64 bits by its type's sign.</summary>
internal sealed class ConvertOperation(Place d, Place a, Func<ulong, ulong> function) : Operation
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            frame.Write(d, lane, function(frame.Read(a, lane)));
        }
    }
}

/// <summary>mov of a vector to a wider register, or back; the first element is the low part.</summary>
internal sealed class PackOperation(ImmutableArray<Place?> destinations, ImmutableArray<Place> sources, int partBytes) : Operation
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        var bits = 8 * partBytes;
        var part = bits == 64 ? ulong.MaxValue : (1ul << bits) - 1;
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            ulong whole = 0;
            for (var i = 0; i < sources.Length; i++)
                whole |= sources.Length == 1 ? frame.Read(sources[0], lane) : (frame.Read(sources[i], lane) & part) << (bits * i);
            for (var i = 0; i < destinations.Length; i++)
            {
                if (destinations[i] is { } place)
                    frame.Write(place, lane, destinations.Length == 1 ? whole : whole >> (bits * i) & part);
            }
        }
    }
}

/// <summary>The functions of cvt.</summary>
internal static class Conversions
{
    /// <param name="rounding">To a whole number: rni, rzi, rmi, rpi, or null.</param>
    /// <returns>Null for what cvt cannot do.</returns>
    public static Func<ulong, ulong>? Find(PtxType to, PtxType from, string? rounding, bool saturates, bool flushes)
    {
        if (to == PtxType.Pred || from == PtxType.Pred)
            return null;
        if (!from.IsFloat() && !to.IsFloat())
            return rounding is null && !flushes ? IntegerToInteger(to, from, saturates) : null;
        if (from.IsFloat() && !to.IsFloat())
            return rounding is null ? null : FloatToInteger(to, from, rounding, flushes);
        if (!from.IsFloat())
            return rounding is null && !saturates && !flushes ? IntegerToFloat(to, from) : null;
        return FloatToFloat(to, from, rounding, saturates, flushes);
    }

    private static Func<ulong, ulong> IntegerToInteger(PtxType to, PtxType from, bool saturates)
    {
        if (!saturates)
            return a => Extend(Extend(a, from), to);
        var (least, most) = Range(to);
        return a => ToBits(Int128.Clamp(Value(a, from), least, most));
    }

    // In PTX the result is clamped in any case, and NaN becomes 0.
    private static Func<ulong, ulong> FloatToInteger(PtxType to, PtxType from, string rounding, bool flushes)
    {
        var (least, most) = Range(to);
        var (low, high) = ((double)least, (double)most);
        return a =>
        {
            var value = Round(Float(a, from, flushes), rounding);
            return double.IsNaN(value) ? 0 : value <= low ? ToBits(least) : value >= high ? ToBits(most) : ToBits((Int128)value);
        };
    }

    private static Func<ulong, ulong> IntegerToFloat(PtxType to, PtxType from) => to switch
    {
        PtxType.F32 when from.IsSigned() => a => BitConverter.SingleToUInt32Bits((long)Extend(a, from)),
        PtxType.F32 => a => BitConverter.SingleToUInt32Bits(Extend(a, from)),
        PtxType.F64 when from.IsSigned() => a => BitConverter.DoubleToUInt64Bits((long)Extend(a, from)),
        PtxType.F64 => a => BitConverter.DoubleToUInt64Bits(Extend(a, from)),
        // Beyond 2^17 every half is infinite: clamping first keeps a double from rounding twice.
        _ => a => BitConverter.HalfToUInt16Bits((Half)(double)Int128.Clamp(Value(a, from), -1 << 20, 1 << 20)),
    };

    private static Func<ulong, ulong> FloatToFloat(PtxType to, PtxType from, string? rounding, bool saturates, bool flushes) => a =>
    {
        // A double holds every float and half, so the narrowing is the only rounding.
        var value = Float(a, from, flushes);
        if (rounding is not null)
            value = Round(value, rounding);
        if (saturates)
            value = value > 0 ? Math.Min(value, 1) : 0;
        return to switch
        {
            PtxType.F64 => BitConverter.DoubleToUInt64Bits(FloatTraits.Canonical(value)),
            PtxType.F32 => BitConverter.SingleToUInt32Bits(Narrow((float)value, flushes)),
            _ => BitConverter.HalfToUInt16Bits(FloatTraits.Canonical((Half)value)),
        };
    };

    private static float Narrow(float value, bool flushes) => FloatTraits.Canonical(flushes ? FloatTraits.Flush(value) : value);

    private static double Float(ulong bits, PtxType type, bool flushes) => type switch
    {
        PtxType.F64 => BitConverter.UInt64BitsToDouble(bits),
        PtxType.F32 when flushes => FloatTraits.Flush(BitConverter.UInt32BitsToSingle((uint)bits)),
        PtxType.F32 => BitConverter.UInt32BitsToSingle((uint)bits),
        _ => (double)BitConverter.UInt16BitsToHalf((ushort)bits),
    };

    private static double Round(double value, string rounding) => rounding switch
    {
        "rni" => Math.Round(value, MidpointRounding.ToEven),
        "rzi" => Math.Truncate(value),
        "rmi" => Math.Floor(value),
        _ => Math.Ceiling(value),
    };

    private static ulong Extend(ulong bits, PtxType type) => type.IsSigned()
        ? SignExtension.Of(bits, type.Size())
        : type.Size() == 8 ? bits : bits & ((1ul << (8 * type.Size())) - 1);

    private static Int128 Value(ulong bits, PtxType type) => type.IsSigned() ? (long)Extend(bits, type) : (Int128)Extend(bits, type);

    private static ulong ToBits(Int128 value) => ulong.CreateTruncating(value);

    private static (Int128 Least, Int128 Most) Range(PtxType type)
    {
        var bits = 8 * type.Size();
        return type.IsSigned() ? (-(Int128.One << (bits - 1)), (Int128.One << (bits - 1)) - 1) : (0, (Int128.One << bits) - 1);
    }
}
