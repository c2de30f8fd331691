using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>Where the left factor of a tile product lies; constants, so that its elements become memory operands.</summary>
internal interface ITileLayout
{
    static abstract int RowStride { get; }

    static abstract int DepthStride { get; }

    /// <summary>Whether the product is added to what the target holds, times a factor per row, or replaces it.</summary>
    static abstract bool Rescales { get; }
}

/// <summary>Six queries, packed [d][6]: the scores' left factor.</summary>
internal readonly struct QueryTile : ITileLayout
{
    public static int RowStride => 1;

    public static int DepthStride => TileProduct.Rows;

    public static bool Rescales => false;
}

/// <summary>Six rows of softmax weights, [6][128]: the output's left factor. The rescaling of a streaming softmax is fused into its load.</summary>
internal readonly struct WeightTile : ITileLayout
{
    public static int RowStride => TileProduct.WeightStride;

    public static int DepthStride => 1;

    public static bool Rescales => true;
}

/// <summary>
/// The one hot loop: C (6 x columns) = A (6 x depth) B (depth x columns), columns a multiple of 16 up to 64. With 512-bit
/// vectors 6 x 64 needs 24 accumulators, 4 registers for B and 1 for the broadcast: 29 of 32, and 24 independent FMAs hide
/// their latency. It serves both Q K^T (K packed) and P V (V as it is).
/// </summary>
internal static unsafe partial class TileProduct
{
    public const int Rows = 6;
    public const int Columns = 64;
    public const int WeightStride = 128;

    /// <param name="columns">Multiple of 16, at most 64.</param>
    /// <param name="rows">Rows that are wanted, at most six: where four are enough, no more are computed; what becomes of the others is undefined.</param>
    /// <param name="rescale">Six factors for what C holds; unused where the layout does not rescale.</param>
    public static void Multiply<TLayout>(float* a, float* b, int bStride, float* c, int cStride, float* rescale, int depth, int columns, int rows = Rows)
        where TLayout : struct, ITileLayout
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            for (var column = 0; column < columns; column += 16)
            {
                Narrow16<TLayout>(a, b + column, bStride, c + column, cStride, rescale, depth);
            }

            return;
        }

        if (columns == 64 && rows <= 4)
        {
            Wide64Four<TLayout>(a, b, bStride, c, cStride, rescale, depth);
            return;
        }

        if (columns == 64)
        {
            Wide64<TLayout>(a, b, bStride, c, cStride, rescale, depth);
            return;
        }

        if (columns >= 32)
        {
            Wide32<TLayout>(a, b, bStride, c, cStride, rescale, depth);
        }

        if (columns % 32 != 0)
        {
            var column = columns - 16;
            Wide16<TLayout>(a, b + column, bStride, c + column, cStride, rescale, depth);
        }
    }
}
