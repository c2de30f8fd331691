using System.Numerics;
using System.Runtime.CompilerServices;

namespace AttnSweep.PtxInterpreter.Operations;

/// <summary>What PTX says of a float type beyond IEEE 754.</summary>
internal static class FloatTraits
{
    /// <summary>The NaN that NVIDIA's arithmetic gives: positive, all mantissa bits set. Payloads are not passed on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Canonical<T>(T value)
        where T : IBinaryFloatingPointIeee754<T> =>
        T.IsNaN(value) ? NaN<T>() : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Flush(float value) => float.IsSubnormal(value) ? MathF.CopySign(0f, value) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Canonical(Vector<float> value) =>
        Vector.ConditionalSelect(Vector.Equals(value, value), value, new Vector<float>(BitConverter.UInt32BitsToSingle(0x7FFFFFFF)));

    private static T NaN<T>()
        where T : IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
            return T.CreateTruncating(BitConverter.UInt32BitsToSingle(0x7FFFFFFF));
        if (typeof(T) == typeof(Half))
            return T.CreateTruncating(BitConverter.UInt16BitsToHalf(0x7FFF));
        return T.CreateTruncating(BitConverter.UInt64BitsToDouble(0x7FFFFFFFFFFFFFFF));
    }
}

// .NET computes float in float and double in double, rounded once to nearest even.

internal struct AddFloat<T> : IBinary<T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => FloatTraits.Canonical(a + b);
}

internal struct SubtractFloat<T> : IBinary<T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => FloatTraits.Canonical(a - b);
}

internal struct MultiplyFloat<T> : IBinary<T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => FloatTraits.Canonical(a * b);
}

internal struct AddSingle : IVectorBinary<float>
{
    public static float Apply(float a, float b) => FloatTraits.Canonical(a + b);

    public static Vector<float> Apply(Vector<float> a, Vector<float> b) => FloatTraits.Canonical(a + b);
}

internal struct SubtractSingle : IVectorBinary<float>
{
    public static float Apply(float a, float b) => FloatTraits.Canonical(a - b);

    public static Vector<float> Apply(Vector<float> a, Vector<float> b) => FloatTraits.Canonical(a - b);
}

internal struct MultiplySingle : IVectorBinary<float>
{
    public static float Apply(float a, float b) => FloatTraits.Canonical(a * b);

    public static Vector<float> Apply(Vector<float> a, Vector<float> b) => FloatTraits.Canonical(a * b);
}

internal struct DivideFloat<T> : IBinary<T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => FloatTraits.Canonical(a / b);
}

internal struct FusedMultiplyAdd<T> : ITernary<T, T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b, T c) => FloatTraits.Canonical(T.FusedMultiplyAdd(a, b, c));
}

/// <summary>A NaN loses against a number, and -0 is below +0.</summary>
internal struct MinimumFloat<T> : IBinary<T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => FloatTraits.Canonical(T.MinNumber(a, b));
}

internal struct MaximumFloat<T> : IBinary<T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => FloatTraits.Canonical(T.MaxNumber(a, b));
}

/// <summary>min.NaN: a NaN wins.</summary>
internal struct MinimumNaN<T> : IBinary<T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => FloatTraits.Canonical(T.Min(a, b));
}

internal struct MaximumNaN<T> : IBinary<T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => FloatTraits.Canonical(T.Max(a, b));
}

/// <summary>PTX gives the sign of a to the magnitude of b.</summary>
internal struct CopySignFloat<T> : IBinary<T, T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => T.CopySign(b, a);
}

internal struct AbsoluteFloat<T> : IUnary<T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a) => T.Abs(a);
}

internal struct NegateFloat<T> : IUnary<T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a) => -a;
}

internal struct ReciprocalFloat<T> : IUnary<T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a) => FloatTraits.Canonical(T.One / a);
}

internal struct SquareRootFloat<T> : IUnary<T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a) => FloatTraits.Canonical(T.Sqrt(a));
}

internal struct ReciprocalSquareRoot<T> : IUnary<T, T>
    where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a) => FloatTraits.Canonical(T.CreateTruncating(1 / Math.Sqrt(double.CreateTruncating(a))));
}

// Functions of the special function unit: computed in double and rounded once. A device is off by what the README lists.

internal struct Exponential2 : IUnary<float, float>
{
    public static float Apply(float a) => FloatTraits.Canonical((float)double.Exp2(a));
}

internal struct Logarithm2 : IUnary<float, float>
{
    public static float Apply(float a) => FloatTraits.Canonical((float)Math.Log2(a));
}

internal struct Sine : IUnary<float, float>
{
    public static float Apply(float a) => FloatTraits.Canonical((float)Math.Sin(a));
}

internal struct Cosine : IUnary<float, float>
{
    public static float Apply(float a) => FloatTraits.Canonical((float)Math.Cos(a));
}

internal struct HyperbolicTangent : IUnary<float, float>
{
    public static float Apply(float a) => FloatTraits.Canonical((float)Math.Tanh(a));
}

/// <summary>.ftz: subnormal operands and results become zeros of their sign.</summary>
internal struct Flushed1<TOp> : IUnary<float, float>
    where TOp : IUnary<float, float>
{
    public static float Apply(float a) => FloatTraits.Flush(TOp.Apply(FloatTraits.Flush(a)));
}

internal struct Flushed2<TOp> : IBinary<float, float, float>
    where TOp : IBinary<float, float, float>
{
    public static float Apply(float a, float b) => FloatTraits.Flush(TOp.Apply(FloatTraits.Flush(a), FloatTraits.Flush(b)));
}

internal struct Flushed3<TOp> : ITernary<float, float, float, float>
    where TOp : ITernary<float, float, float, float>
{
    public static float Apply(float a, float b, float c) =>
        FloatTraits.Flush(TOp.Apply(FloatTraits.Flush(a), FloatTraits.Flush(b), FloatTraits.Flush(c)));
}

/// <summary>.sat: into [0, 1]; NaN becomes 0.</summary>
internal struct Saturated2<TOp> : IBinary<float, float, float>
    where TOp : IBinary<float, float, float>
{
    public static float Apply(float a, float b) => Saturation.Unit(TOp.Apply(a, b));
}

internal struct Saturated3<TOp> : ITernary<float, float, float, float>
    where TOp : ITernary<float, float, float, float>
{
    public static float Apply(float a, float b, float c) => Saturation.Unit(TOp.Apply(a, b, c));
}

internal static class Saturation
{
    public static float Unit(float value) => value > 0f ? Math.Min(value, 1f) : 0f;
}
