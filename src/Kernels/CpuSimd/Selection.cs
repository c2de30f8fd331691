using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Choosing among scores with their key indices, in vectors and nearly without branches. Lists are ascending by index and have 16
/// spare places at the end, which may be overwritten.
/// </summary>
internal static unsafe class Selection
{
    /// <summary>Adds the scores above a bound (or equal to it, if asked) of columns first .. first + count - 1 to a list of <paramref name="taken"/>.</summary>
    /// <param name="scores">count of them, a multiple of 16; may be the list's own scores, which are then thinned out in place.</param>
    /// <param name="from">The scores' indices; null where they are first, first + 1, ...</param>
    /// <returns>The new length of the list.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Append(float* scores, int* from, int first, int count, float bound, bool orEqual, float* listed, int* indices, int taken)
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            var bounds = Vector512.Create(bound);
            var sequence = Vector512.CreateSequence(first, 1);
            for (var j = 0; j < count; j += 16)
            {
                var values = Vector512.Load(scores + j);
                var index = from is null ? sequence : Vector512.Load(from + j);
                var mask = orEqual ? Vector512.GreaterThanOrEqual(values, bounds) : Vector512.GreaterThan(values, bounds);
                // Compressed in a register and stored whole: the store of a compressed vector is microcoded on Zen 4.
                Avx512F.Compress(Vector512<float>.Zero, mask, values).Store(listed + taken);
                Avx512F.Compress(Vector512<int>.Zero, mask.AsInt32(), index).Store(indices + taken);
                taken += BitOperations.PopCount(mask.ExtractMostSignificantBits());
                sequence += Vector512.Create(16);
            }

            return taken;
        }

        for (var j = 0; j < count; j += 8)
        {
            for (var bits = Above(scores + j, bound, orEqual); bits != 0; bits &= bits - 1)
            {
                var lane = j + BitOperations.TrailingZeroCount(bits);
                listed[taken] = scores[lane];
                indices[taken++] = from is null ? first + lane : from[lane];
            }
        }

        return taken;
    }

    /// <summary>Keeps the k largest of count, of equal ones the lower index; 1 &lt;= k &lt;= count.</summary>
    /// <returns>A bound that every kept score reaches and no dropped one exceeds.</returns>
    public static float KeepLargest(float* scores, int* indices, int count, int k)
    {
        var (low, high) = Range(scores, count);
        if (k == count)
        {
            return low;
        }

        // False position and bisection in turn: a bound that exactly k scores reach is as good as the k-th score itself.
        var (atLow, atHigh) = (count, 1);
        for (var step = 0; step < 24; step++)
        {
            var share = step % 2 == 0 ? (float)(atLow - k) / Math.Max(1, atLow - atHigh) : 0.5f;
            var bound = low + ((high - low) * share);
            if (!(bound > low && bound < high))
            {
                break;
            }

            var reach = CountAtLeast(scores, count, bound);
            if (reach == k)
            {
                Append(scores, indices, 0, RoundedUp(scores, count), bound, true, scores, indices, 0);
                return bound;
            }

            (low, atLow, high, atHigh) = reach > k ? (bound, reach, high, atHigh) : (low, atLow, bound, reach);
        }

        return KeepLargestOfEqual(scores, indices, count, k, low, high);
    }

    /// <summary>Fills the list up with minus infinity to a multiple of 16.</summary>
    /// <returns>The multiple.</returns>
    public static int RoundedUp(float* scores, int count)
    {
        new Span<float>(scores + count, 16).Fill(float.NegativeInfinity);
        return (count + 15) / 16 * 16;
    }

    /// <summary>The k-th largest lies in low .. high and has equals, or neighbours too close to part: bisection on the scores' order as integers.</summary>
    private static float KeepLargestOfEqual(float* scores, int* indices, int count, int k, float low, float high)
    {
        var (first, last) = ((long)Order(low), (long)Order(high));
        while (first < last)
        {
            var middle = (first + last + 1) >> 1;
            (first, last) = CountAtLeast(scores, count, FromOrder((int)middle)) >= k ? (middle, last) : (first, middle - 1);
        }

        var boundary = FromOrder((int)first);
        var equal = k - CountAtLeast(scores, count, MathF.BitIncrement(boundary));
        var taken = 0;
        for (var i = 0; i < count; i++)
        {
            var keeps = scores[i] > boundary || (scores[i] == boundary && equal-- > 0);
            scores[taken] = scores[i];
            indices[taken] = indices[i];
            taken += keeps ? 1 : 0;
        }

        return boundary;
    }

    private static int Order(float score)
    {
        var bits = BitConverter.SingleToInt32Bits(score + 0f); // -0 is 0
        return bits ^ ((bits >> 31) & int.MaxValue);
    }

    private static float FromOrder(int order) => BitConverter.Int32BitsToSingle(order ^ ((order >> 31) & int.MaxValue));

    private static (float Low, float High) Range(float* scores, int count)
    {
        var (low, high) = (Vector256.Create(scores[0]), Vector256.Create(scores[0]));
        var i = 0;
        for (; i <= count - 8; i += 8)
        {
            low = Vector256.MinNative(low, Vector256.Load(scores + i));
            high = Vector256.MaxNative(high, Vector256.Load(scores + i));
        }

        var (min, max) = (scores[0], scores[0]);
        for (var lane = 0; lane < 8; lane++)
        {
            (min, max) = (Math.Min(min, low[lane]), Math.Max(max, high[lane]));
        }

        for (; i < count; i++)
        {
            (min, max) = (Math.Min(min, scores[i]), Math.Max(max, scores[i]));
        }

        return (min, max);
    }

    private static int CountAtLeast(float* scores, int count, float bound)
    {
        var (reach, i) = (0, 0);
        if (Vector512.IsHardwareAccelerated)
        {
            var (wide, odd) = (Vector512.Create(bound), 0);
            for (; i <= count - 32; i += 32)
            {
                reach += BitOperations.PopCount(Vector512.GreaterThanOrEqual(Vector512.Load(scores + i), wide).ExtractMostSignificantBits());
                odd += BitOperations.PopCount(Vector512.GreaterThanOrEqual(Vector512.Load(scores + i + 16), wide).ExtractMostSignificantBits());
            }

            reach += odd;
        }

        var (bounds, counts) = (Vector256.Create(bound), Vector256<int>.Zero);
        for (; i <= count - 8; i += 8)
        {
            counts -= Vector256.GreaterThanOrEqual(Vector256.Load(scores + i), bounds).AsInt32();
        }

        reach += Vector256.Sum(counts);
        for (; i < count; i++)
        {
            reach += scores[i] >= bound ? 1 : 0;
        }

        return reach;
    }

    /// <summary>Mean and standard deviation of count scores; zeros where there are none.</summary>
    public static (float Mean, float Deviation) Moments(float* scores, int count)
    {
        var (sum, squares) = (Vector<float>.Zero, Vector<float>.Zero);
        var j = 0;
        for (; j <= count - Vector<float>.Count; j += Vector<float>.Count)
        {
            var values = Vector.Load(scores + j);
            sum += values;
            squares += values * values;
        }

        var (total, totalSquares) = (Vector.Sum(sum), Vector.Sum(squares));
        for (; j < count; j++)
        {
            total += scores[j];
            totalSquares += scores[j] * scores[j];
        }

        var mean = total / Math.Max(1, count);
        return (mean, MathF.Sqrt(Math.Max(0, (totalSquares / Math.Max(1, count)) - (mean * mean))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Above(float* scores, float bound, bool orEqual)
    {
        var (values, bounds) = (Vector256.Load(scores), Vector256.Create(bound));
        return (orEqual ? Vector256.GreaterThanOrEqual(values, bounds) : Vector256.GreaterThan(values, bounds)).ExtractMostSignificantBits();
    }
}
