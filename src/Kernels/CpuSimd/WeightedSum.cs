using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>Sums of a few rows of V, each with a weight: P V where P is sparse.</summary>
internal static unsafe class WeightedSum
{
    /// <summary>sums[c] += weight i x values[index i, c] for i from start on while i &lt; count and index i &lt; end; c &lt; columns, a multiple of 16 and V's stride.</summary>
    /// <returns>The first i that was left out.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Add(float* weights, int* indices, int start, int count, int end, float* values, int columns, float* sums)
    {
        if (start >= count || indices[start] >= end)
        {
            return start;
        }

        var (column, stop) = (0, start);
        if (Vector512.IsHardwareAccelerated)
        {
            for (; column <= columns - 128; column += 128)
            {
                stop = Add128(weights, indices, start, count, end, values + column, columns, sums + column);
            }

            for (; column <= columns - 64; column += 64)
            {
                stop = Add64(weights, indices, start, count, end, values + column, columns, sums + column);
            }
        }

        for (; column <= columns - 32; column += 32)
        {
            stop = Add32(weights, indices, start, count, end, values + column, columns, sums + column);
        }

        return column < columns ? Add16(weights, indices, start, count, end, values + column, columns, sums + column) : stop;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Add128(float* weights, int* indices, int i, int count, int end, float* values, long stride, float* sums)
    {
        var (s0, s1, s2, s3) = (Vector512.Load(sums), Vector512.Load(sums + 16), Vector512.Load(sums + 32), Vector512.Load(sums + 48));
        var (s4, s5, s6, s7) = (Vector512.Load(sums + 64), Vector512.Load(sums + 80), Vector512.Load(sums + 96), Vector512.Load(sums + 112));
        do
        {
            var weight = Vector512.Create(weights[i]);
            var value = values + (indices[i] * stride);
            s0 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value), s0);
            s1 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 16), s1);
            s2 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 32), s2);
            s3 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 48), s3);
            s4 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 64), s4);
            s5 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 80), s5);
            s6 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 96), s6);
            s7 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 112), s7);
        }
        while (++i < count && indices[i] < end);

        s0.Store(sums);
        s1.Store(sums + 16);
        s2.Store(sums + 32);
        s3.Store(sums + 48);
        s4.Store(sums + 64);
        s5.Store(sums + 80);
        s6.Store(sums + 96);
        s7.Store(sums + 112);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Add64(float* weights, int* indices, int i, int count, int end, float* values, long stride, float* sums)
    {
        var (s0, s1, s2, s3) = (Vector512.Load(sums), Vector512.Load(sums + 16), Vector512.Load(sums + 32), Vector512.Load(sums + 48));
        do
        {
            var weight = Vector512.Create(weights[i]);
            var value = values + (indices[i] * stride);
            s0 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value), s0);
            s1 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 16), s1);
            s2 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 32), s2);
            s3 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 48), s3);
        }
        while (++i < count && indices[i] < end);

        s0.Store(sums);
        s1.Store(sums + 16);
        s2.Store(sums + 32);
        s3.Store(sums + 48);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Add32(float* weights, int* indices, int i, int count, int end, float* values, long stride, float* sums)
    {
        var (s0, s1, s2, s3) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16), Vector256.Load(sums + 24));
        do
        {
            var weight = Vector256.Create(weights[i]);
            var value = values + (indices[i] * stride);
            s0 = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value), s0);
            s1 = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value + 8), s1);
            s2 = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value + 16), s2);
            s3 = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value + 24), s3);
        }
        while (++i < count && indices[i] < end);

        s0.Store(sums);
        s1.Store(sums + 8);
        s2.Store(sums + 16);
        s3.Store(sums + 24);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Add16(float* weights, int* indices, int i, int count, int end, float* values, long stride, float* sums)
    {
        var (s0, s1) = (Vector256.Load(sums), Vector256.Load(sums + 8));
        do
        {
            var weight = Vector256.Create(weights[i]);
            var value = values + (indices[i] * stride);
            s0 = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value), s0);
            s1 = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value + 8), s1);
        }
        while (++i < count && indices[i] < end);

        s0.Store(sums);
        s1.Store(sums + 8);
        return i;
    }
}
