using System.Numerics;
using System.Runtime.CompilerServices;

namespace AttnSweep.PtxInterpreter.Operations;

// Arithmetic of PTX wraps. Division by zero gives all ones (what NVIDIA's devices give; PTX leaves it open).

internal struct AddInteger<T> : IVectorBinary<T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => unchecked(a + b);

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a + b;
}

internal struct SubtractInteger<T> : IVectorBinary<T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => unchecked(a - b);

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a - b;
}

internal struct MultiplyLow<T> : IVectorBinary<T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => unchecked(a * b);

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a * b;
}

/// <summary>Sign or no sign: the upper half is the same bits of the product of both, extended to 128 bits.</summary>
internal struct MultiplyHigh<T> : IBinary<T, T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) =>
        T.CreateTruncating((Int128.CreateTruncating(a) * Int128.CreateTruncating(b)) >> (Unsafe.SizeOf<T>() * 8));
}

internal struct MultiplyWide<T, TWide> : IBinary<T, T, TWide>
    where T : IBinaryInteger<T>
    where TWide : IBinaryInteger<TWide>
{
    public static TWide Apply(T a, T b) => unchecked(TWide.CreateTruncating(a) * TWide.CreateTruncating(b));
}

internal struct MultiplyAddLow<T> : ITernary<T, T, T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b, T c) => unchecked((a * b) + c);
}

internal struct MultiplyAddHigh<T> : ITernary<T, T, T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b, T c) => unchecked(MultiplyHigh<T>.Apply(a, b) + c);
}

internal struct MultiplyAddWide<T, TWide> : ITernary<T, T, TWide, TWide>
    where T : IBinaryInteger<T>
    where TWide : IBinaryInteger<TWide>
{
    public static TWide Apply(T a, T b, TWide c) => unchecked((TWide.CreateTruncating(a) * TWide.CreateTruncating(b)) + c);
}

internal struct DivideInteger<T> : IBinary<T, T, T>
    where T : IBinaryInteger<T>
{
    // -1 apart: the smallest number divided by it overflows, and .NET would throw.
    public static T Apply(T a, T b) => T.IsZero(b) ? T.AllBitsSet : T.IsNegative(b) && b == T.AllBitsSet ? unchecked(T.Zero - a) : a / b;
}

internal struct RemainderInteger<T> : IBinary<T, T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => T.IsZero(b) ? a : T.IsNegative(b) && b == T.AllBitsSet ? T.Zero : a % b;
}

internal struct MinimumInteger<T> : IBinary<T, T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => b < a ? b : a;
}

internal struct MaximumInteger<T> : IBinary<T, T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => b > a ? b : a;
}

internal struct AbsoluteInteger<T> : IUnary<T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a) => T.IsNegative(a) ? unchecked(T.Zero - a) : a;
}

internal struct NegateInteger<T> : IUnary<T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a) => unchecked(T.Zero - a);
}

internal struct And<T> : IVectorBinary<T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a & b;

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a & b;
}

internal struct Or<T> : IVectorBinary<T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a | b;

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a | b;
}

internal struct Xor<T> : IVectorBinary<T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a ^ b;

    public static Vector<T> Apply(Vector<T> a, Vector<T> b) => a ^ b;
}

internal struct Not<T> : IUnary<T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a) => ~a;
}

internal struct LogicalNot<T> : IUnary<T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a) => T.IsZero(a) ? T.One : T.Zero;
}

/// <summary>Amounts beyond the width give zero: PTX clamps them, C# would wrap them.</summary>
internal struct ShiftLeft<T> : IBinary<T, uint, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, uint b) => b >= Unsafe.SizeOf<T>() * 8 ? T.Zero : a << (int)b;
}

/// <summary>Amounts beyond the width give zero, or the sign.</summary>
internal struct ShiftRight<T> : IBinary<T, uint, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, uint b) => b >= Unsafe.SizeOf<T>() * 8 ? (T.IsNegative(a) ? T.AllBitsSet : T.Zero) : a >> (int)b;
}

internal struct PopulationCount<T> : IUnary<T, uint>
    where T : IBinaryInteger<T>
{
    public static uint Apply(T a) => uint.CreateTruncating(T.PopCount(a));
}

internal struct LeadingZeros<T> : IUnary<T, uint>
    where T : IBinaryInteger<T>
{
    public static uint Apply(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
}

internal struct ReverseBits<T> : IUnary<T, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a)
    {
        var result = T.Zero;
        for (var i = 0; i < Unsafe.SizeOf<T>() * 8; i++)
        {
            result = (result << 1) | (a & T.One);
            a >>>= 1;
        }

        return result;
    }
}

/// <summary>Extracts c bits of a from bit b on; extended by the sign for signed types.</summary>
internal struct ExtractBits<T> : ITernary<T, uint, uint, T>
    where T : IBinaryInteger<T>
{
    public static T Apply(T a, uint b, uint c)
    {
        var width = Unsafe.SizeOf<T>() * 8;
        var (position, length) = ((int)(b & 0xFF), (int)(c & 0xFF));
        var signed = T.IsNegative(T.AllBitsSet);
        if (length == 0)
            return T.Zero;
        // The sign bit is that of the field, or of the number where the field leaves it.
        var sign = signed && (a >> Math.Min(position + length - 1, width - 1) & T.One) != T.Zero;
        var field = position >= width ? T.Zero : a >>> position;
        var kept = Math.Min(length, Math.Max(0, width - position));
        if (kept < width)
            field &= (T.One << kept) - T.One;
        return sign && kept < width ? field | (T.AllBitsSet << kept) : field;
    }
}
