using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>256-bit vectors: 12 accumulators of 16 registers. Without AVX2, .NET makes each of two 128-bit ones.</summary>
internal static unsafe partial class TileProduct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow16<TLayout>(float* a, float* b, int bStride, float* c, int cStride, float* rescale, int depth)
        where TLayout : struct, ITileLayout
    {
        Vector256<float> c00, c01;
        Vector256<float> c10, c11;
        Vector256<float> c20, c21;
        Vector256<float> c30, c31;
        Vector256<float> c40, c41;
        Vector256<float> c50, c51;
        if (TLayout.Rescales)
        {
            c00 = Vector256.Load(c) * rescale[0];
            c01 = Vector256.Load(c + 8) * rescale[0];
            c10 = Vector256.Load(c + cStride) * rescale[1];
            c11 = Vector256.Load(c + cStride + 8) * rescale[1];
            c20 = Vector256.Load(c + (2 * cStride)) * rescale[2];
            c21 = Vector256.Load(c + (2 * cStride) + 8) * rescale[2];
            c30 = Vector256.Load(c + (3 * cStride)) * rescale[3];
            c31 = Vector256.Load(c + (3 * cStride) + 8) * rescale[3];
            c40 = Vector256.Load(c + (4 * cStride)) * rescale[4];
            c41 = Vector256.Load(c + (4 * cStride) + 8) * rescale[4];
            c50 = Vector256.Load(c + (5 * cStride)) * rescale[5];
            c51 = Vector256.Load(c + (5 * cStride) + 8) * rescale[5];
        }
        else
        {
            c00 = c01 = Vector256<float>.Zero;
            c10 = c11 = Vector256<float>.Zero;
            c20 = c21 = Vector256<float>.Zero;
            c30 = c31 = Vector256<float>.Zero;
            c40 = c41 = Vector256<float>.Zero;
            c50 = c51 = Vector256<float>.Zero;
        }

        var k = 0;
        for (; k <= depth - 4; k += 4)
        {
            Step<TLayout>(a, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step<TLayout>(a + TLayout.DepthStride, b + bStride, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step<TLayout>(a + (2 * TLayout.DepthStride), b + (2L * bStride), ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step<TLayout>(a + (3 * TLayout.DepthStride), b + (3L * bStride), ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            a += 4 * TLayout.DepthStride;
            b += 4L * bStride;
        }

        for (; k < depth; k++)
        {
            Step<TLayout>(a, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            a += TLayout.DepthStride;
            b += bStride;
        }

        c00.Store(c);
        c01.Store(c + 8);
        c10.Store(c + cStride);
        c11.Store(c + cStride + 8);
        c20.Store(c + (2 * cStride));
        c21.Store(c + (2 * cStride) + 8);
        c30.Store(c + (3 * cStride));
        c31.Store(c + (3 * cStride) + 8);
        c40.Store(c + (4 * cStride));
        c41.Store(c + (4 * cStride) + 8);
        c50.Store(c + (5 * cStride));
        c51.Store(c + (5 * cStride) + 8);
    }

    /// <summary>One key or feature. Four at a time: the end of a loop of 64 turns is not foreseen, that of 16 is (a sixth of the time at depth 64).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TLayout>(
        float* a, float* b,
        ref Vector256<float> c00, ref Vector256<float> c01,
        ref Vector256<float> c10, ref Vector256<float> c11,
        ref Vector256<float> c20, ref Vector256<float> c21,
        ref Vector256<float> c30, ref Vector256<float> c31,
        ref Vector256<float> c40, ref Vector256<float> c41,
        ref Vector256<float> c50, ref Vector256<float> c51)
        where TLayout : struct, ITileLayout
    {
        var b0 = Vector256.Load(b);
        var b1 = Vector256.Load(b + 8);
        var a0 = Vector256.Create(a[0]);
        c00 = Vector256.FusedMultiplyAdd(a0, b0, c00);
        c01 = Vector256.FusedMultiplyAdd(a0, b1, c01);
        var a1 = Vector256.Create(a[TLayout.RowStride]);
        c10 = Vector256.FusedMultiplyAdd(a1, b0, c10);
        c11 = Vector256.FusedMultiplyAdd(a1, b1, c11);
        var a2 = Vector256.Create(a[2 * TLayout.RowStride]);
        c20 = Vector256.FusedMultiplyAdd(a2, b0, c20);
        c21 = Vector256.FusedMultiplyAdd(a2, b1, c21);
        var a3 = Vector256.Create(a[3 * TLayout.RowStride]);
        c30 = Vector256.FusedMultiplyAdd(a3, b0, c30);
        c31 = Vector256.FusedMultiplyAdd(a3, b1, c31);
        var a4 = Vector256.Create(a[4 * TLayout.RowStride]);
        c40 = Vector256.FusedMultiplyAdd(a4, b0, c40);
        c41 = Vector256.FusedMultiplyAdd(a4, b1, c41);
        var a5 = Vector256.Create(a[5 * TLayout.RowStride]);
        c50 = Vector256.FusedMultiplyAdd(a5, b0, c50);
        c51 = Vector256.FusedMultiplyAdd(a5, b1, c51);
    }
}
