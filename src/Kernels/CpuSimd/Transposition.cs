using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Rows into columns, scaled: how K and Q reach the layouts of <see cref="TileProduct"/>. Part of every launch, so it counts: done
/// float by float it cost a tenth of a dense launch at n = 256, d = 64.
/// </summary>
internal static unsafe class Transposition
{
    private const int Lanes = 8;

    /// <summary>
    /// target[c, r] = source[r, c] * scale for r &lt; rows, c &lt; columns. Behind the rows of each target column up to seven floats
    /// are overwritten by zeros, columns in ascending order: what lies there must be padding or be written later.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(float* source, int sourceStride, int rows, int columns, float* target, int targetStride, float scale)
    {
        var whole = Avx.IsSupported ? columns / Lanes * Lanes : 0;
        for (var c = 0; c < whole; c += Lanes)
        {
            for (var r = 0; r < rows; r += Lanes)
            {
                EightByEight(source + ((long)r * sourceStride) + c, sourceStride, rows - r, target + ((long)c * targetStride) + r, targetStride, Vector256.Create(scale));
            }
        }

        for (var c = whole; c < columns; c++)
        {
            for (var r = 0; r < rows; r++)
            {
                target[((long)c * targetStride) + r] = source[((long)r * sourceStride) + c] * scale;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightByEight(float* s, long stride, int rows, float* t, long targetStride, Vector256<float> scale)
    {
        var zero = Vector256<float>.Zero;
        var r0 = Vector256.Load(s) * scale;
        var r1 = rows > 1 ? Vector256.Load(s + stride) * scale : zero;
        var r2 = rows > 2 ? Vector256.Load(s + (2 * stride)) * scale : zero;
        var r3 = rows > 3 ? Vector256.Load(s + (3 * stride)) * scale : zero;
        var r4 = rows > 4 ? Vector256.Load(s + (4 * stride)) * scale : zero;
        var r5 = rows > 5 ? Vector256.Load(s + (5 * stride)) * scale : zero;
        var r6 = rows > 6 ? Vector256.Load(s + (6 * stride)) * scale : zero;
        var r7 = rows > 7 ? Vector256.Load(s + (7 * stride)) * scale : zero;

        var (a0, a1) = (Avx.UnpackLow(r0, r1), Avx.UnpackHigh(r0, r1));
        var (a2, a3) = (Avx.UnpackLow(r2, r3), Avx.UnpackHigh(r2, r3));
        var (a4, a5) = (Avx.UnpackLow(r4, r5), Avx.UnpackHigh(r4, r5));
        var (a6, a7) = (Avx.UnpackLow(r6, r7), Avx.UnpackHigh(r6, r7));
        var (b0, b1) = (Avx.Shuffle(a0, a2, 0x44), Avx.Shuffle(a0, a2, 0xEE));
        var (b2, b3) = (Avx.Shuffle(a1, a3, 0x44), Avx.Shuffle(a1, a3, 0xEE));
        var (b4, b5) = (Avx.Shuffle(a4, a6, 0x44), Avx.Shuffle(a4, a6, 0xEE));
        var (b6, b7) = (Avx.Shuffle(a5, a7, 0x44), Avx.Shuffle(a5, a7, 0xEE));
        Avx.Permute2x128(b0, b4, 0x20).Store(t);
        Avx.Permute2x128(b1, b5, 0x20).Store(t + targetStride);
        Avx.Permute2x128(b2, b6, 0x20).Store(t + (2 * targetStride));
        Avx.Permute2x128(b3, b7, 0x20).Store(t + (3 * targetStride));
        Avx.Permute2x128(b0, b4, 0x31).Store(t + (4 * targetStride));
        Avx.Permute2x128(b1, b5, 0x31).Store(t + (5 * targetStride));
        Avx.Permute2x128(b2, b6, 0x31).Store(t + (6 * targetStride));
        Avx.Permute2x128(b3, b7, 0x31).Store(t + (7 * targetStride));
    }
}
