using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// exp2 and row reductions. exp2(x) for x &lt;= 0: round to the nearest integer by adding 1.5 x 2^23, a polynomial of degree 6
/// on the rest (Cephes' exp2f, relative error below 1e-7), and the integer put into the exponent. Below -127 the result is 0,
/// minus infinity included.
/// </summary>
internal static unsafe class VectorMath
{
    private const float Magic = 12582912f;
    private const float P6 = 1.535336188319500e-4f;
    private const float P5 = 1.339887440266574e-3f;
    private const float P4 = 9.618437357674640e-3f;
    private const float P3 = 5.550332471162809e-2f;
    private const float P2 = 2.402264791363012e-1f;
    private const float P1 = 6.931472028550421e-1f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x)
    {
        x = Vector512.MaxNative(x, Vector512.Create(-127f));
        var shifted = x + Vector512.Create(Magic);
        var r = x - (shifted - Vector512.Create(Magic));
        var y = Vector512.FusedMultiplyAdd(Vector512.Create(P6), r, Vector512.Create(P5));
        y = Vector512.FusedMultiplyAdd(y, r, Vector512.Create(P4));
        y = Vector512.FusedMultiplyAdd(y, r, Vector512.Create(P3));
        y = Vector512.FusedMultiplyAdd(y, r, Vector512.Create(P2));
        y = Vector512.FusedMultiplyAdd(y, r, Vector512.Create(P1));
        y = Vector512.FusedMultiplyAdd(y, r, Vector512<float>.One);
        return y * ((shifted.AsInt32() + Vector512.Create(127)) << 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp2(Vector256<float> x)
    {
        x = Vector256.MaxNative(x, Vector256.Create(-127f));
        var shifted = x + Vector256.Create(Magic);
        var r = x - (shifted - Vector256.Create(Magic));
        var y = Vector256.FusedMultiplyAdd(Vector256.Create(P6), r, Vector256.Create(P5));
        y = Vector256.FusedMultiplyAdd(y, r, Vector256.Create(P4));
        y = Vector256.FusedMultiplyAdd(y, r, Vector256.Create(P3));
        y = Vector256.FusedMultiplyAdd(y, r, Vector256.Create(P2));
        y = Vector256.FusedMultiplyAdd(y, r, Vector256.Create(P1));
        y = Vector256.FusedMultiplyAdd(y, r, Vector256<float>.One);
        return y * ((shifted.AsInt32() + Vector256.Create(127)) << 23).AsSingle();
    }

    /// <summary>2^x of one number, x &lt;= 0.</summary>
    public static float Exp2(float x) => Exp2(Vector256.Create(x)).ToScalar();

    /// <summary>Largest of count values, count a multiple of 16.</summary>
    public static float Max(float* values, int count)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var wide = Vector512.Create(float.NegativeInfinity);
            for (var j = 0; j < count; j += 16)
            {
                wide = Vector512.MaxNative(wide, Vector512.Load(values + j));
            }

            return MaxAcross(Vector256.MaxNative(wide.GetLower(), wide.GetUpper()));
        }

        var max = Vector256.Create(float.NegativeInfinity);
        for (var j = 0; j < count; j += 8)
        {
            max = Vector256.MaxNative(max, Vector256.Load(values + j));
        }

        return MaxAcross(max);
    }

    /// <summary>Replaces count values (a multiple of 16) by 2^(value - shift) and returns their sum.</summary>
    public static float Exp2AndSum(float* values, int count, float shift)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var wide = Vector512<float>.Zero;
            for (var j = 0; j < count; j += 16)
            {
                var weight = Exp2(Vector512.Load(values + j) - Vector512.Create(shift));
                weight.Store(values + j);
                wide += weight;
            }

            return Vector512.Sum(wide);
        }

        var sum = Vector256<float>.Zero;
        for (var j = 0; j < count; j += 8)
        {
            var weight = Exp2(Vector256.Load(values + j) - Vector256.Create(shift));
            weight.Store(values + j);
            sum += weight;
        }

        return Vector256.Sum(sum);
    }

    /// <summary>Sum of 2^(value - shift) over count values (a multiple of 16), which stay as they are.</summary>
    public static float SumExp2(float* values, int count, float shift)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var wide = Vector512<float>.Zero;
            for (var j = 0; j < count; j += 16)
            {
                wide += Exp2(Vector512.Load(values + j) - Vector512.Create(shift));
            }

            return Vector512.Sum(wide);
        }

        var sum = Vector256<float>.Zero;
        for (var j = 0; j < count; j += 8)
        {
            sum += Exp2(Vector256.Load(values + j) - Vector256.Create(shift));
        }

        return Vector256.Sum(sum);
    }

    private static float MaxAcross(Vector256<float> values)
    {
        var four = Vector128.MaxNative(values.GetLower(), values.GetUpper());
        four = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(four[0], four[1]);
    }
}
