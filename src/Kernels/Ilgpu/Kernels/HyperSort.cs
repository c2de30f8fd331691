using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>
/// hyper's hashing and sorting. What is sorted are <em>items</em>: the queries, and the keys, of each estimated part are a segment of a
/// list of rows; row heads x n + i is key i. Each pass merges runs of each segment into runs of twice the width, a thread placing
/// one item by a binary search in the other run: stable, without atomics or shared memory.
/// </summary>
public static class HyperSort
{
    /// <summary>A thread owns one query or key: its bucket's place in Gray order (HashPlanes: exact in whole numbers).</summary>
    /// <param name="headroom">Binary exponent of the largest whole number: d of them add up below 2^24.</param>
    /// <param name="planes">bits x d, +1 or -1.</param>
    public static void Hash(Index1D element, Problem p, int bits, int headroom, ArrayView<int> planes, ArrayView<float> q, ArrayView<float> k, ArrayView<int> places)
    {
        int row = element;
        var isKey = row >= p.Heads * p.N;
        var source = isKey ? k : q;
        var start = (isKey ? row - p.Heads * p.N : row) * p.D;
        var largest = 0f;
        for (var c = 0; c < p.D; c++)
            largest = XMath.Max(largest, XMath.Abs(source[start + c]));
        var exponent = (int)(Interop.FloatAsInt(largest) >> 23) - 127;
        var factor = largest == 0f ? 1f : Interop.IntAsFloat((uint)(XMath.Min(126, headroom - exponent) + 127) << 23);
        var signs = 0u;
        for (var bit = 0; bit < bits; bit++)
        {
            var sum = 0;
            for (var c = 0; c < p.D; c++)
                sum += (int)(source[start + c] * factor) * planes[bit * p.D + c];
            signs |= sum > 0 ? 1u << bit : 0u;
        }

        signs ^= signs >> 1;
        signs ^= signs >> 2;
        signs ^= signs >> 4;
        signs ^= signs >> 8;
        places[row] = (int)(signs ^ (signs >> 16));
    }

    /// <summary>A thread owns one item.</summary>
    /// <param name="segments">First item and number of items of each item's segment.</param>
    public static void Merge(Index1D element, int width, ArrayView<HyperSegment> segments, ArrayView<int> places, ArrayView<int> from, ArrayView<int> to)
    {
        int index = element;
        var segment = segments[index];
        var end = segment.First + segment.Count;
        var run = segment.First + (index - segment.First) / width / 2 * width * 2;
        var middle = XMath.Min(run + width, end);
        var item = from[index];
        var place = places[item];
        // Of one bucket the left run comes first.
        var isLeft = index < middle;
        var start = isLeft ? middle : run;
        var low = start;
        var high = isLeft ? XMath.Min(middle + width, end) : middle;
        while (low < high)
        {
            var half = (low + high) / 2;
            var other = places[from[half]];
            if (other < place || (other == place && !isLeft))
                low = half + 1;
            else
                high = half;
        }

        to[run + (index - (isLeft ? run : middle)) + (low - start)] = item;
    }

    /// <summary>A thread owns one item: where the row at each place of a segment, as it was before sorting, is now.</summary>
    public static void Invert(Index1D element, ArrayView<HyperSegment> segments, ArrayView<int> items, ArrayView<int> sorted, ArrayView<int> at)
    {
        int index = element;
        var first = segments[index].First;
        at[first + sorted[index] - items[first]] = index - first;
    }
}

/// <summary>Items that are sorted together.</summary>
public readonly record struct HyperSegment(int First, int Count);
