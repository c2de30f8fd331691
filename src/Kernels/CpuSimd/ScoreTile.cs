using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Scores of 8 queries against the keys of a panel: C (8 x 64) = A (8 x depth) B (depth x 64), A packed [depth][8]. With 512-bit vectors 8 x 32 at a
/// time: 16 sums in registers, a broadcast for two FMAs. For kernels that choose among scores while the tile is in the first-level cache.
/// </summary>
internal static unsafe class ScoreTile
{
    public const int Rows = 8;
    public const int Keys = 64;
    private const int WideKeys = 32;
    private const int NarrowKeys = 16;

    /// <summary>Scores of a tile: 8 x 64, of which the columns up to the panel's width are written.</summary>
    /// <param name="keys">A panel, [depth][width].</param>
    public static void Multiply(float* queries, float* keys, int width, int depth, float* scores)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            // A panel of 16 or 48 keys is read beyond its end: what comes of it belongs to keys that nobody sees.
            for (var column = 0; column < width; column += WideKeys)
            {
                Wide(queries, keys + column, width, depth, scores + column);
            }

            return;
        }

        for (var column = 0; column < width; column += NarrowKeys)
        {
            Narrow(queries, keys + column, width, depth, scores + column);
            Narrow(queries + (Rows / 2), keys + column, width, depth, scores + (Rows / 2 * Keys) + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide(float* a, float* b, int bStride, int depth, float* c)
    {
        const int stride = Keys;
        var (c00, c01, c10, c11) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (c20, c21, c30, c31) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (c40, c41, c50, c51) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (c60, c61, c70, c71) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector512.Load(b);
            var b1 = Vector512.Load(b + 16);
            var a0 = Vector512.Create(a[0]);
            c00 = Vector512.FusedMultiplyAdd(a0, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(a0, b1, c01);
            var a1 = Vector512.Create(a[1]);
            c10 = Vector512.FusedMultiplyAdd(a1, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(a1, b1, c11);
            var a2 = Vector512.Create(a[2]);
            c20 = Vector512.FusedMultiplyAdd(a2, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(a2, b1, c21);
            var a3 = Vector512.Create(a[3]);
            c30 = Vector512.FusedMultiplyAdd(a3, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(a3, b1, c31);
            var a4 = Vector512.Create(a[4]);
            c40 = Vector512.FusedMultiplyAdd(a4, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(a4, b1, c41);
            var a5 = Vector512.Create(a[5]);
            c50 = Vector512.FusedMultiplyAdd(a5, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(a5, b1, c51);
            var a6 = Vector512.Create(a[6]);
            c60 = Vector512.FusedMultiplyAdd(a6, b0, c60);
            c61 = Vector512.FusedMultiplyAdd(a6, b1, c61);
            var a7 = Vector512.Create(a[7]);
            c70 = Vector512.FusedMultiplyAdd(a7, b0, c70);
            c71 = Vector512.FusedMultiplyAdd(a7, b1, c71);
            a += Rows;
            b += bStride;
        }

        c00.Store(c);
        c01.Store(c + 16);
        c10.Store(c + stride);
        c11.Store(c + stride + 16);
        c += 2 * stride;
        c20.Store(c);
        c21.Store(c + 16);
        c30.Store(c + stride);
        c31.Store(c + stride + 16);
        c += 2 * stride;
        c40.Store(c);
        c41.Store(c + 16);
        c50.Store(c + stride);
        c51.Store(c + stride + 16);
        c += 2 * stride;
        c60.Store(c);
        c61.Store(c + 16);
        c70.Store(c + stride);
        c71.Store(c + stride + 16);
    }

    /// <summary>Four rows by 16 keys: eight sums, as many as two units with a latency of four need.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(float* a, float* b, int bStride, int depth, float* c)
    {
        const int stride = Keys;
        var (c00, c01, c10, c11) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var (c20, c21, c30, c31) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 8);
            var a0 = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(a0, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(a0, b1, c01);
            var a1 = Vector256.Create(a[1]);
            c10 = Vector256.FusedMultiplyAdd(a1, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(a1, b1, c11);
            var a2 = Vector256.Create(a[2]);
            c20 = Vector256.FusedMultiplyAdd(a2, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(a2, b1, c21);
            var a3 = Vector256.Create(a[3]);
            c30 = Vector256.FusedMultiplyAdd(a3, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(a3, b1, c31);
            a += Rows;
            b += bStride;
        }

        c00.Store(c);
        c01.Store(c + 8);
        c10.Store(c + stride);
        c11.Store(c + stride + 8);
        c += 2 * stride;
        c20.Store(c);
        c21.Store(c + 8);
        c30.Store(c + stride);
        c31.Store(c + stride + 8);
    }
}
