using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>The keys of one row that passed a bound: scores and indices, ascending by index (a thread's scratch).</summary>
internal sealed unsafe class Survivors(int n, int columns) : IDisposable
{
    private readonly AlignedBuffer _scores = new(n + 16L);
    private readonly AlignedBuffer _indices = new(n + 16L);
    private readonly AlignedBuffer _sums = new(columns);

    /// <summary>May be set by who writes further scores and indices behind the last ones.</summary>
    public int Count { get; set; }

    public float* Scores => _scores.Start;

    public int* Indices => (int*)_indices.Start;

    /// <summary>Takes every score above <paramref name="bound"/> (or equal to it, if asked) of a row of count columns, a multiple of 16.</summary>
    public void Collect(float* row, int count, float bound, bool orEqual)
    {
        Count = 0;
        var taken = 0;
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            var bounds = Vector512.Create(bound);
            var index = Vector512.CreateSequence(0, 1);
            for (var j = 0; j < count; j += 16)
            {
                var scores = Vector512.Load(row + j);
                var mask = orEqual ? Vector512.GreaterThanOrEqual(scores, bounds) : Vector512.GreaterThan(scores, bounds);
                // Compressed in a register and stored whole: the store of a compressed vector is microcoded on Zen 4.
                Avx512F.Compress(Vector512<float>.Zero, mask, scores).Store(Scores + taken);
                Avx512F.Compress(Vector512<int>.Zero, mask.AsInt32(), index).Store(Indices + taken);
                taken += BitOperations.PopCount(mask.ExtractMostSignificantBits());
                index += Vector512.Create(16);
            }
        }
        else
        {
            var bounds = Vector256.Create(bound);
            for (var j = 0; j < count; j += 8)
            {
                var scores = Vector256.Load(row + j);
                var mask = orEqual ? Vector256.GreaterThanOrEqual(scores, bounds) : Vector256.GreaterThan(scores, bounds);
                for (var bits = mask.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                {
                    var lane = BitOperations.TrailingZeroCount(bits);
                    Scores[taken] = row[j + lane];
                    Indices[taken++] = j + lane;
                }
            }
        }

        Count = taken;
    }

    /// <summary>Keeps the k largest, of equal ones the lower index. k is at most the count.</summary>
    /// <returns>The k-th largest score.</returns>
    public float KeepLargest(int k)
    {
        // Bisection on the scores' order as integers: 32 counting passes without a branch, on a list hardly longer than k.
        long low = int.MinValue;
        long high = int.MaxValue;
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            if (CountAtLeast((int)middle) >= k)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        var boundary = (int)low;
        var equal = k - (boundary == int.MaxValue ? 0 : CountAtLeast(boundary + 1));
        var taken = 0;
        for (var i = 0; i < Count; i++)
        {
            var order = Order(Scores[i]);
            var keeps = order > boundary || (order == boundary && equal-- > 0);
            Scores[taken] = Scores[i];
            Indices[taken] = Indices[i];
            taken += keeps ? 1 : 0;
        }

        Count = taken;
        return FromOrder(boundary);
    }

    /// <summary>Writes sum of 2^(score - shift) v / sum of 2^(score - shift); zeros where nothing survived.</summary>
    /// <param name="values">V of the head.</param>
    public void WriteOutput(float* values, float shift, float* output, int d)
    {
        new Span<float>(Scores + Count, 16).Fill(float.NegativeInfinity);
        var total = VectorMath.Exp2AndSum(Scores, (Count + 15) / 16 * 16, shift);
        var inverse = Count > 0 ? 1 / total : 0;
        for (var column = 0; column < columns;)
        {
            var width = columns - column >= 64 ? 64 : 16;
            if (width == 64)
            {
                Sum64(values + column, column);
            }
            else
            {
                Sum16(values + column, column);
            }

            column += width;
        }

        for (var c = 0; c < d; c++)
        {
            output[c] = _sums.Start[c] * inverse;
        }
    }

    public void Dispose()
    {
        _scores.Dispose();
        _indices.Dispose();
        _sums.Dispose();
    }

    private static int Order(float score)
    {
        var bits = BitConverter.SingleToInt32Bits(score + 0f); // -0 is 0
        return bits ^ ((bits >> 31) & int.MaxValue);
    }

    private static float FromOrder(int order) => BitConverter.Int32BitsToSingle(order ^ ((order >> 31) & int.MaxValue));

    private int CountAtLeast(int order)
    {
        var bound = Vector256.Create(order);
        var counts = Vector256<int>.Zero;
        var i = 0;
        for (; i <= Count - 8; i += 8)
        {
            var bits = (Vector256.Load(Scores + i) + Vector256<float>.Zero).AsInt32();
            var orders = bits ^ ((bits >> 31) & Vector256.Create(int.MaxValue));
            counts -= Vector256.GreaterThanOrEqual(orders, bound);
        }

        var count = Vector256.Sum(counts);
        for (; i < Count; i++)
        {
            count += Order(Scores[i]) >= order ? 1 : 0;
        }

        return count;
    }

    private void Sum64(float* values, int column)
    {
        var (s0, s1, s2, s3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < Count; i++)
        {
            var weight = Vector512.Create(Scores[i]);
            var value = values + ((long)Indices[i] * columns);
            s0 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value), s0);
            s1 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 16), s1);
            s2 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 32), s2);
            s3 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 48), s3);
        }

        var target = _sums.Start + column;
        s0.Store(target);
        s1.Store(target + 16);
        s2.Store(target + 32);
        s3.Store(target + 48);
    }

    private void Sum16(float* values, int column)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < Count; i++)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(Scores[i]), Vector512.Load(values + ((long)Indices[i] * columns)), sum);
        }

        sum.Store(_sums.Start + column);
    }
}
