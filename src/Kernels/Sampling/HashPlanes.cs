using System.Numerics;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Sampling;

/// <summary>
/// The hash of <c>hyper</c>: signs of random projections, numbered so that neighbouring buckets differ in one sign. Exact on
/// every device, in any order of summation, with or without FMA: a vector is first cut to whole numbers so small that every
/// partial sum of d of them is below 2^24, and the planes' entries are +1 and -1. A bucket decides where a row is sorted to,
/// and one sign rounded the other way would move a whole run of rows across block boundaries.
/// </summary>
internal static class HashPlanes
{
    /// <summary>bits x d numbers, each +1 or -1; the same for all heads and parts, as in HyperAttention.</summary>
    public static float[] Of(InputSpec input, int bits)
    {
        var stream = KernelStream.Of(input, "hyper planes");
        var planes = new float[bits * input.D];
        for (var i = 0; i < planes.Length; i++)
        {
            planes[i] = (stream.Word((ulong)i) >> 63) == 0 ? 1 : -1;
        }

        return planes;
    }

    /// <summary>
    /// The power of two that makes whole numbers of a vector: trunc(x * factor) has at most 23 - ceil(log2 d) bits.
    /// At most 2^126, so vectors below 2^-103 or so lose digits, the same ones everywhere.
    /// </summary>
    /// <param name="largest">Largest absolute entry.</param>
    public static float Factor(float largest, int d) =>
        largest == 0 ? 1 : MathF.ScaleB(1, Math.Min(126, 22 - BitOperations.Log2((uint)Math.Max(1, (2 * d) - 1)) - MathF.ILogB(largest)));

    /// <summary>Place of a bucket in the order of Gray codes: the hash by which rows are sorted.</summary>
    public static int Place(int signs)
    {
        for (var shift = 1; shift < 32; shift *= 2)
        {
            signs ^= signs >> shift;
        }

        return signs;
    }
}
