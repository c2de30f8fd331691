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
    /// <summary>Partial sums that a row's total is kept in while it grows.</summary>
    public const int SumLanes = 16;

    private const float Magic = 12582912f;
    private const float P6 = 1.535336188319500e-4f;
    private const float P5 = 1.339887440266574e-3f;
    private const float P4 = 9.618437357674640e-3f;
    private const float P3 = 5.550332471162809e-2f;
    private const float P2 = 2.402264791363012e-1f;
    private const float P1 = 6.931472028550421e-1f;

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
                var weight = Exp2Table.Exp2(Vector512.Load(values + j) - Vector512.Create(shift));
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
                wide += Exp2Table.Exp2(Vector512.Load(values + j) - Vector512.Create(shift));
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

    /// <summary>Which rows (a bit for each) holds a value above its limit; columns is a multiple of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint RowsAbove(float* values, int rows, int stride, int columns, float* limits)
    {
        var above = 0u;
        for (var row = 0; row < rows; row++, values += stride)
        {
            bool isAbove;
            if (Vector512.IsHardwareAccelerated)
            {
                var max = Vector512.Load(values);
                for (var j = 16; j < columns; j += 16)
                {
                    max = Vector512.MaxNative(max, Vector512.Load(values + j));
                }

                isAbove = Vector512.GreaterThanAny(max, Vector512.Create(limits[row]));
            }
            else
            {
                var max = Vector256.Load(values);
                for (var j = 8; j < columns; j += 8)
                {
                    max = Vector256.MaxNative(max, Vector256.Load(values + j));
                }

                isAbove = Vector256.GreaterThanAny(max, Vector256.Create(limits[row]));
            }

            above |= isAbove ? 1u << row : 0;
        }

        return above;
    }

    /// <summary>
    /// Replaces the values of rows by 2^(value - shift of the row) and adds them to the row's <see cref="SumLanes"/> partial
    /// sums: summing across lanes is left to the end. columns is a multiple of 16.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exp2Rows(float* values, int rows, int stride, int columns, float* shifts, float* sums)
    {
        for (var row = 0; row < rows; row++, values += stride, sums += SumLanes)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                var (wide, shift) = (Vector512.Load(sums), Vector512.Create(shifts[row]));
                for (var j = 0; j < columns; j += 16)
                {
                    var weight = Exp2Table.Exp2(Vector512.Load(values + j) - shift);
                    weight.Store(values + j);
                    wide += weight;
                }

                wide.Store(sums);
            }
            else
            {
                var (even, odd, shift) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Create(shifts[row]));
                for (var j = 0; j < columns; j += 16)
                {
                    var first = Exp2(Vector256.Load(values + j) - shift);
                    var second = Exp2(Vector256.Load(values + j + 8) - shift);
                    first.Store(values + j);
                    second.Store(values + j + 8);
                    even += first;
                    odd += second;
                }

                even.Store(sums);
                odd.Store(sums + 8);
            }
        }
    }

    /// <summary>As <see cref="Exp2Rows"/>, but the values stay as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumExp2Rows(float* values, int rows, int stride, int columns, float* shifts, float* sums)
    {
        for (var row = 0; row < rows; row++, values += stride, sums += SumLanes)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                var (wide, shift) = (Vector512.Load(sums), Vector512.Create(shifts[row]));
                for (var j = 0; j < columns; j += 16)
                {
                    wide += Exp2Table.Exp2(Vector512.Load(values + j) - shift);
                }

                wide.Store(sums);
            }
            else
            {
                var (even, odd, shift) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Create(shifts[row]));
                for (var j = 0; j < columns; j += 16)
                {
                    even += Exp2(Vector256.Load(values + j) - shift);
                    odd += Exp2(Vector256.Load(values + j + 8) - shift);
                }

                even.Store(sums);
                odd.Store(sums + 8);
            }
        }
    }

    /// <summary>The largest Euclidean norm of rows of d floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float LongestRow(float* values, int rows, int d)
    {
        var longest = 0f;
        for (var row = 0; row < rows; row++, values += d)
        {
            var (even, odd, j) = (Vector256<float>.Zero, Vector256<float>.Zero, 0);
            for (; j <= d - 16; j += 16)
            {
                even = Vector256.FusedMultiplyAdd(Vector256.Load(values + j), Vector256.Load(values + j), even);
                odd = Vector256.FusedMultiplyAdd(Vector256.Load(values + j + 8), Vector256.Load(values + j + 8), odd);
            }

            var squares = Vector256.Sum(even + odd);
            for (; j < d; j++)
            {
                squares += values[j] * values[j];
            }

            longest = Math.Max(longest, squares);
        }

        return MathF.Sqrt(longest);
    }

    /// <summary>Sum of <see cref="SumLanes"/> partial sums.</summary>
    public static float Sum(float* sums) => Vector256.Sum(Vector256.Load(sums) + Vector256.Load(sums + 8));

    /// <summary>Multiplies <see cref="SumLanes"/> partial sums.</summary>
    public static void Scale(float* sums, float factor)
    {
        (Vector256.Load(sums) * factor).Store(sums);
        (Vector256.Load(sums + 8) * factor).Store(sums + 8);
    }

    /// <summary>target = values x factor, count of them.</summary>
    public static void Scaled(float* values, int count, float factor, float* target)
    {
        var (factors, i) = (Vector256.Create(factor), 0);
        for (; i <= count - 8; i += 8)
        {
            (Vector256.Load(values + i) * factors).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = values[i] * factor;
        }
    }

    private static float MaxAcross(Vector256<float> values)
    {
        var four = Vector128.MaxNative(values.GetLower(), values.GetUpper());
        four = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(four[0], four[1]);
    }
}
