using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>
/// hyper's attention. A group owns up to <c>Rows</c> queries of one block of one part and streams the block's keys past them, gathered
/// in sorted order, then the part's samples. The running maximum and sum of a query go on from its parts of earlier launches.
/// </summary>
public static class HyperAttention
{
    public static void Run<TShape>(
        Problem p, HyperBuffers buffers, ArrayView<HyperTile> tiles, ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<float> output)
        where TShape : unmanaged, ITileShape
    {
        TShape shape = default;
        int stride = shape.HeadDim / 4 + 1, keyStride = shape.Keys / 4 + 1;
        var queries = SharedMemory.Allocate<Float4>(shape.HeadDim * (shape.Rows / 4));
        var accumulators = SharedMemory.Allocate<Float4>(shape.Rows * stride);
        var tile = SharedMemory.Allocate<Float4>(shape.HeadDim * keyStride);
        var scores = SharedMemory.Allocate<Float4>(shape.Rows * keyStride);
        var rowMax = SharedMemory.Allocate<float>(shape.Rows);
        var rowSum = SharedMemory.Allocate<float>(shape.Rows);
        var rowShrink = SharedMemory.Allocate<float>(shape.Rows);

        int thread = Group.IdxX, threads = Group.DimX;
        var plan = tiles[Grid.IdxX];
        var rows = plan.Queries;
        var from = new ListedRows(buffers.Sorted, plan.FirstQuery, 0, plan.IsEstimated);
        TileSteps.LoadTransposed(shape, queries, shape.Rows / 4, shape.Rows, rows, q, from, p.D, p.Scale);
        var results = accumulators.Cast<float>();
        for (var e = thread; e < shape.Rows * stride * 4; e += threads)
        {
            var r = e / (stride * 4);
            var c = e - r * stride * 4;
            results[e] = plan.IsFirst == 0 && r < rows && c < p.D ? output[from.At(r) * p.D + c] : 0f;
        }

        for (var r = thread; r < shape.Rows; r += threads)
        {
            var isOpen = plan.IsFirst == 0 && r < rows;
            rowMax[r] = isOpen ? buffers.Max[from.At(r)] : float.NegativeInfinity;
            rowSum[r] = isOpen ? buffers.Sum[from.At(r)] : 0f;
        }

        // First the block's (or the exact part's) keys, then the samples.
        for (var turn = 0; turn < 2; turn++)
        {
            var count = turn == 0 ? plan.Keys : plan.Samples;
            var isListed = turn == 1 || plan.IsEstimated != 0;
            var source = new ListedRows(
                turn == 0 ? buffers.Sorted : buffers.Samples, turn == 0 ? plan.FirstKey : plan.FirstSample, turn == 0 ? p.Heads * p.N : 0, isListed ? 1 : 0);
            for (var key = 0; key < count; key += shape.Keys)
            {
                var keys = XMath.Min(shape.Keys, count - key);
                var here = new ListedRows(source.List, source.First + key, source.Offset, source.IsListed);
                TileSteps.LoadTransposed(shape, tile, keyStride, shape.Keys, keys, k, here, p.D, 1f);
                Group.Barrier();
                TileSteps.Score(shape, queries, tile, scores, p.D);
                Group.Barrier();
                for (var r = thread; r < shape.Rows; r += threads)
                {
                    // A query of a triangle is one of the keys: it sees those up to itself.
                    var seen = plan.IsTriangle != 0 ? plan.FirstQuery + r - plan.FirstKey - key + 1 : keys;
                    Mask(shape, plan, buffers, here, scores, r, r < rows ? XMath.Min(keys, seen) : 0, turn == 1);
                    TileSteps.Weigh(shape, scores, rowMax, rowSum, rowShrink, r, turn == 0 ? 1f : plan.Factor);
                }

                TileSteps.Load(shape, tile, shape.Keys, keys, v, here, p.D);
                Group.Barrier();
                TileSteps.Accumulate(shape, scores, tile, accumulators, rowShrink, p.D);
                Group.Barrier();
            }
        }

        for (var e = thread; e < rows * p.D; e += threads)
        {
            var r = e / p.D;
            output[from.At(r) * p.D + (e - r * p.D)] = results[r * stride * 4 + (e - r * p.D)];
        }

        for (var r = thread; r < rows; r += threads)
        {
            buffers.Max[from.At(r)] = rowMax[r];
            buffers.Sum[from.At(r)] = rowSum[r];
        }
    }

    /// <summary>A thread owns one output element: the sums of all parts over the weights of all parts.</summary>
    public static void Normalise(Index1D element, Problem p, ArrayView<float> sums, ArrayView<float> output)
    {
        int index = element;
        output[index] /= sums[index / p.D];
    }

    /// <summary>Scores of row r beyond the first <paramref name="seen"/> become minus infinity, and those of samples that lie in the block.</summary>
    private static void Mask<TShape>(
        TShape shape, HyperTile plan, HyperBuffers buffers, ListedRows here, ArrayView<Float4> scores, int r, int seen, bool isSample)
        where TShape : unmanaged, ITileShape
    {
        var row = scores.Cast<float>();
        var start = r * (shape.Keys + 4);
        for (var j = 0; j < shape.Keys; j++)
        {
            if (j >= seen || (isSample && buffers.KeyAt[plan.FirstKeyItem + here.At(j) - plan.FirstKeyRow] / plan.Block == plan.OwnBlock))
                row[start + j] = float.NegativeInfinity;
        }
    }
}

/// <summary>What hyper's steps leave for its attention.</summary>
/// <param name="Sorted">Sorted items.</param>
/// <param name="KeyAt">Place in its segment of each item.</param>
/// <param name="Samples">Rows of K.</param>
/// <param name="Max">Running maximum of each query, over all heads.</param>
/// <param name="Sum">Running sum of its weights.</param>
public readonly record struct HyperBuffers(
    ArrayView<int> Sorted, ArrayView<int> KeyAt, ArrayView<int> Samples, ArrayView<float> Max, ArrayView<float> Sum);

/// <summary>Up to so many queries of one block of a part. Queries and keys are items where the part is estimated, else rows.</summary>
/// <param name="FirstKeyItem">First item of the part's keys.</param>
/// <param name="FirstKeyRow">Row of K that this item is before sorting.</param>
/// <param name="Factor">Keys that a sample stands for.</param>
public readonly record struct HyperTile(
    int FirstQuery, int Queries, int FirstKey, int Keys, int FirstSample, int Samples,
    int IsEstimated, int IsTriangle, int IsFirst, int FirstKeyItem, int FirstKeyRow, int Block, int OwnBlock, float Factor);
