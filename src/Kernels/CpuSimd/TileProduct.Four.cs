using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>512-bit vectors, fewer rows.</summary>
internal static unsafe partial class TileProduct
{
    /// <summary>
    /// The first four rows of a tile: 16 accumulators. For the last tile of 64, 256 or 1024 rows, which six does not divide: of blocks of 64 rows the
    /// last two of 66 would be a waste of 3 %.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide64Four<TLayout>(float* a, float* b, int bStride, float* c, int cStride, float* rescale, int depth)
        where TLayout : struct, ITileLayout
    {
        Vector512<float> c00, c01, c02, c03;
        Vector512<float> c10, c11, c12, c13;
        Vector512<float> c20, c21, c22, c23;
        Vector512<float> c30, c31, c32, c33;
        if (TLayout.Rescales)
        {
            c00 = Vector512.Load(c) * rescale[0];
            c01 = Vector512.Load(c + 16) * rescale[0];
            c02 = Vector512.Load(c + 32) * rescale[0];
            c03 = Vector512.Load(c + 48) * rescale[0];
            c10 = Vector512.Load(c + cStride) * rescale[1];
            c11 = Vector512.Load(c + cStride + 16) * rescale[1];
            c12 = Vector512.Load(c + cStride + 32) * rescale[1];
            c13 = Vector512.Load(c + cStride + 48) * rescale[1];
            c20 = Vector512.Load(c + (2 * cStride)) * rescale[2];
            c21 = Vector512.Load(c + (2 * cStride) + 16) * rescale[2];
            c22 = Vector512.Load(c + (2 * cStride) + 32) * rescale[2];
            c23 = Vector512.Load(c + (2 * cStride) + 48) * rescale[2];
            c30 = Vector512.Load(c + (3 * cStride)) * rescale[3];
            c31 = Vector512.Load(c + (3 * cStride) + 16) * rescale[3];
            c32 = Vector512.Load(c + (3 * cStride) + 32) * rescale[3];
            c33 = Vector512.Load(c + (3 * cStride) + 48) * rescale[3];
        }
        else
        {
            c00 = c01 = c02 = c03 = Vector512<float>.Zero;
            c10 = c11 = c12 = c13 = Vector512<float>.Zero;
            c20 = c21 = c22 = c23 = Vector512<float>.Zero;
            c30 = c31 = c32 = c33 = Vector512<float>.Zero;
        }

        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector512.Load(b);
            var b1 = Vector512.Load(b + 16);
            var b2 = Vector512.Load(b + 32);
            var b3 = Vector512.Load(b + 48);
            var a0 = Vector512.Create(a[0]);
            c00 = Vector512.FusedMultiplyAdd(a0, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(a0, b1, c01);
            c02 = Vector512.FusedMultiplyAdd(a0, b2, c02);
            c03 = Vector512.FusedMultiplyAdd(a0, b3, c03);
            var a1 = Vector512.Create(a[TLayout.RowStride]);
            c10 = Vector512.FusedMultiplyAdd(a1, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(a1, b1, c11);
            c12 = Vector512.FusedMultiplyAdd(a1, b2, c12);
            c13 = Vector512.FusedMultiplyAdd(a1, b3, c13);
            var a2 = Vector512.Create(a[2 * TLayout.RowStride]);
            c20 = Vector512.FusedMultiplyAdd(a2, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(a2, b1, c21);
            c22 = Vector512.FusedMultiplyAdd(a2, b2, c22);
            c23 = Vector512.FusedMultiplyAdd(a2, b3, c23);
            var a3 = Vector512.Create(a[3 * TLayout.RowStride]);
            c30 = Vector512.FusedMultiplyAdd(a3, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(a3, b1, c31);
            c32 = Vector512.FusedMultiplyAdd(a3, b2, c32);
            c33 = Vector512.FusedMultiplyAdd(a3, b3, c33);
            a += TLayout.DepthStride;
            b += bStride;
        }

        c00.Store(c);
        c01.Store(c + 16);
        c02.Store(c + 32);
        c03.Store(c + 48);
        c10.Store(c + cStride);
        c11.Store(c + cStride + 16);
        c12.Store(c + cStride + 32);
        c13.Store(c + cStride + 48);
        c20.Store(c + (2 * cStride));
        c21.Store(c + (2 * cStride) + 16);
        c22.Store(c + (2 * cStride) + 32);
        c23.Store(c + (2 * cStride) + 48);
        c30.Store(c + (3 * cStride));
        c31.Store(c + (3 * cStride) + 16);
        c32.Store(c + (3 * cStride) + 32);
        c33.Store(c + (3 * cStride) + 48);
    }
}
